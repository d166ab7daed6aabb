import type { ReliabilityBin } from '../../shared/model/prediction'

/** Bins of the reliability plot. */
const reliabilityBins = 15

/**
 * Images in bins of equal mass by confidence (Nguyen and O'Connor 2015; Roelofs et al. 2022).
 * @param confidence [n]
 * @param right [n] 1 where the answer was right
 * @param order places by rising confidence
 * @param times [n] how often each image counts; absent: once
 */
export function binByConfidence(
  confidence: Float64Array,
  right: Uint8Array,
  order: Uint32Array,
  times?: Uint32Array,
): readonly ReliabilityBin[] {
  let total = 0
  for (const i of order) total += times?.[i] ?? 1
  const bins = Math.min(reliabilityBins, total)
  const result: ReliabilityBin[] = []
  let taken = 0
  let count = 0
  let confident = 0
  let correct = 0
  for (const i of order) {
    let left = times?.[i] ?? 1
    while (left > 0) {
      const end = Math.floor(((result.length + 1) * total) / bins)
      const here = Math.min(left, end - taken)
      left -= here
      taken += here
      count += here
      confident += here * confidence[i]!
      correct += here * right[i]!
      if (taken < end) continue
      result.push({ confidence: confident / count, accuracy: correct / count, count })
      count = confident = correct = 0
    }
  }
  return result
}

/** Expected calibration error: mean over images of | accuracy - confidence | of their bin. */
export function calibrationError(bins: readonly ReliabilityBin[]): number | null {
  let sum = 0
  let total = 0
  for (const { confidence, accuracy, count } of bins) {
    sum += count * Math.abs(accuracy - confidence)
    total += count
  }
  return total === 0 ? null : sum / total
}
