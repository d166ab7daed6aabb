import { onActivated, onDeactivated, onMounted, onUnmounted } from 'vue'

/**
 * A key with its modifiers, for instance 'mod+k', 'shift+arrowdown', 'e', '?'. `mod` is Ctrl, and
 * Cmd on a Mac. What a layout needs Shift for ('?', '+') is written without it.
 */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>

export const isMac = /mac/i.test(navigator.platform)

export function nameOfKey(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const isSymbol = key.length === 1 && key.toUpperCase() === key.toLowerCase() && !/\d/.test(key)
  return [
    event.ctrlKey || event.metaKey ? 'mod+' : '',
    event.altKey ? 'alt+' : '',
    event.shiftKey && !isSymbol ? 'shift+' : '',
    key,
  ].join('')
}

/** True where keys belong to what is typed in, or to an open dialog or menu. */
export function keysAreTaken(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof Element)) return false
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null) return true
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range'].includes(target.type)
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}

/**
 * Shortcuts while the component is on the page (and, in a kept-alive view, while that view is
 * shown). Keys typed into fields are left alone, except those in `always`.
 */
export function useShortcuts(shortcuts: Shortcuts, always: Shortcuts = {}): void {
  let listening = false

  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const name = nameOfKey(event)
    const run = always[name] ?? (keysAreTaken(event) ? undefined : shortcuts[name])
    if (run === undefined) return
    event.preventDefault()
    run(event)
  }
  function listen(): void {
    if (!listening) window.addEventListener('keydown', onKeydown)
    listening = true
  }
  function stop(): void {
    window.removeEventListener('keydown', onKeydown)
    listening = false
  }

  onMounted(listen)
  onActivated(listen)
  onDeactivated(stop)
  onUnmounted(stop)
}

/** A shortcut as the person's keyboard writes it: 'mod+k' is ⌘K or Ctrl+K. */
export function shownShortcut(shortcut: string): string {
  const names: Record<string, string> = isMac
    ? { mod: '⌘', shift: '⇧', alt: '⌥' }
    : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt' }
  const keys: Record<string, string> = {
    arrowleft: '←',
    arrowright: '→',
    arrowup: '↑',
    arrowdown: '↓',
    escape: 'Esc',
    space: '␣',
    enter: '↵',
  }
  return shortcut
    .split('+')
    .map((part) => names[part] ?? keys[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(isMac ? '' : '+')
}
