/**
 * Wraps a refresh so that it runs at once when asked, never twice at the same time, and at most
 * once in `gapMs`; what was asked meanwhile is done once, afterwards.
 */
export function coalesce(refresh: () => Promise<void>, gapMs: number): () => Promise<void> {
  let running: Promise<void> | null = null
  let asked = false

  async function loop(): Promise<void> {
    do {
      asked = false
      await refresh()
      if (asked) await new Promise((resolve) => setTimeout(resolve, gapMs))
    } while (asked)
  }

  return () => {
    asked = true
    running ??= loop().finally(() => {
      running = null
    })
    return running
  }
}
