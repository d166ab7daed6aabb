import type { Interruption } from '../../core/interruption'
import type { OpenExtractor } from './extractors/extractor'

/**
 * Features `[n, dimension]` of decoded pictures, a few at a time, letting others run in between;
 * null where it was cancelled.
 */
export async function extractInPasses(
  opened: OpenExtractor,
  pixels: Uint8Array,
  n: number,
  interruption?: Interruption,
): Promise<Float32Array | null> {
  const { passRows } = opened
  const pictureSize = pixels.length / Math.max(1, n)
  let features = new Float32Array(0)
  const keep = (computed: Float32Array, from: number, rows: number) => {
    const rowSize = computed.length / rows
    // After a process was started again passes may end in another order.
    if (features.length === 0) features = new Float32Array(n * rowSize)
    features.set(computed, from * rowSize)
  }
  // While a process computes a pass, the next is already with it.
  let before: Promise<void> = Promise.resolve()
  for (let from = 0; from < n; from += passRows) {
    if (interruption?.isCancelled === true) return null
    const rows = Math.min(passRows, n - from)
    const part = pixels.subarray(from * pictureSize, (from + rows) * pictureSize)
    const computing = Promise.resolve(opened.extract(part, rows)).then((computed) =>
      keep(computed, from, rows),
    )
    computing.catch(() => {})
    await before
    before = computing
    await new Promise<void>((resolve) => setImmediate(resolve))
    await interruption?.whilePaused()
  }
  await before
  return interruption?.isCancelled === true ? null : features
}
