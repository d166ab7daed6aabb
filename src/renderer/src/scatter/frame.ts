/** Runs `draw` once with the next frame, however often it is asked for. */
export function createFrame(draw: () => void): { request(): void; cancel(): void } {
  let pending: number | null = null
  return {
    request() {
      pending ??= requestAnimationFrame(() => {
        pending = null
        draw()
      })
    },
    cancel() {
      if (pending !== null) cancelAnimationFrame(pending)
      pending = null
    },
  }
}
