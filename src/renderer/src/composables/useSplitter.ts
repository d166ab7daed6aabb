import { onUnmounted, ref } from 'vue'

export interface SplitterOptions {
  readonly minimumPx: number
  readonly maximumPx: number
  /** Which way the panel grows: 1 to the right, -1 to the left. */
  readonly direction: 1 | -1
  readonly width: () => number
  readonly setWidth: (px: number) => void
  /** After the drag or key press: to remember it. */
  readonly done: () => void
}

/** Dragging the edge of a panel, by pointer or by the arrow keys. */
export function useSplitter(options: SplitterOptions) {
  const dragging = ref(false)
  let startX = 0
  let startWidth = 0

  const clamp = (px: number): number =>
    Math.round(Math.min(options.maximumPx, Math.max(options.minimumPx, px)))

  function onMove(event: PointerEvent): void {
    options.setWidth(clamp(startWidth + (event.clientX - startX) * options.direction))
  }
  function onUp(): void {
    dragging.value = false
    window.removeEventListener('pointermove', onMove)
    window.removeEventListener('pointerup', onUp)
    options.done()
  }
  function onPointerdown(event: PointerEvent): void {
    event.preventDefault()
    dragging.value = true
    startX = event.clientX
    startWidth = options.width()
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
  }
  function onKeydown(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0
    if (by === 0) return
    event.preventDefault()
    event.stopPropagation()
    options.setWidth(clamp(options.width() + by * options.direction))
    options.done()
  }
  onUnmounted(() => {
    window.removeEventListener('pointermove', onMove)
    window.removeEventListener('pointerup', onUp)
  })

  return { dragging, onPointerdown, onKeydown }
}
