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

/** That move a slider, beside the arrows. */
const rangeKeys: ReadonlySet<string> = new Set(['Home', 'End', 'PageUp', 'PageDown'])

/** True where a key belongs to what is typed in, to an open dialog or menu, or to a control. */
function keyIsTaken(event: KeyboardEvent): boolean {
  const { target, key } = event
  if (!(target instanceof Element)) return false
  if (target.closest('[role="dialog"], [role="menu"]') !== null) return true
  if (target instanceof HTMLInputElement) {
    if (target.type === 'radio') return key.startsWith('Arrow')
    if (target.type === 'range') return key.startsWith('Arrow') || rangeKeys.has(key)
    return target.type !== 'checkbox' || key === ' '
  }
  if (key === 'Enter' || key === ' ') return target.closest('button, a, summary') !== null
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}

interface Registration {
  readonly shortcuts: Shortcuts
  readonly always: Shortcuts
}

/** The newest has the first say: what lies on top takes Escape before what lies below. */
let registrations: readonly Registration[] = []

function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const name = nameOfKey(event)
  const isTaken = keyIsTaken(event)
  for (const { shortcuts, always } of registrations.toReversed()) {
    const run = always[name] ?? (isTaken ? undefined : shortcuts[name])
    if (run === undefined) continue
    event.preventDefault()
    run(event)
    return
  }
}

/**
 * Shortcuts while the component is on the page (and, in a kept-alive view, while that view is
 * shown). Keys typed into fields are left alone, except those in `always`.
 */
export function useShortcuts(shortcuts: Shortcuts, always: Shortcuts = {}): void {
  const registration: Registration = { shortcuts, always }

  function add(): void {
    if (registrations.includes(registration)) return
    if (registrations.length === 0) window.addEventListener('keydown', onKeydown)
    registrations = [...registrations, registration]
  }
  function remove(): void {
    registrations = registrations.filter((other) => other !== registration)
    if (registrations.length === 0) window.removeEventListener('keydown', onKeydown)
  }

  onMounted(add)
  onActivated(add)
  onDeactivated(remove)
  onUnmounted(remove)
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
