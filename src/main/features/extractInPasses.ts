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
  for (let from = 0; from < n; from += passRows) {
    if (interruption?.isCancelled === true) return null
    const rows = Math.min(passRows, n - from)
    const part = pixels.subarray(from * pictureSize, (from + rows) * pictureSize)
    const computed = await opened.extract(part, rows)
    const rowSize = computed.length / rows
    if (from === 0) features = new Float32Array(n * rowSize)
    features.set(computed, from * rowSize)
    await new Promise<void>((resolve) => setImmediate(resolve))
    await interruption?.whilePaused()
  }
  return interruption?.isCancelled === true ? null : features
}
