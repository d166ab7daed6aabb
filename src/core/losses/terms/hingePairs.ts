import { zeroGradient, type LossContext, type LossResult } from '../loss'

/**
 * P: [worse(D, mp)]+ ; N: [worse(mn, D)]+ ; each list is reduced by itself, then both are added.
 * A batch with one side only keeps that side.
 */
export function hingePairs(
  context: LossContext,
  positiveMargin: number,
  negativeMargin: number,
): LossResult {
  const { distances, relations, isSimilarity } = context
  const sign = isSimilarity ? -1 : 1
  const gradient = zeroGradient(context)
  const d = distances.data
  const g = gradient.data
  const { positives, negatives } = relations
  const positiveList = context.newElements()
  const negativeList = context.newElements()
  for (let i = 0; i < distances.rows; i++) {
    const row = i * distances.columns
    for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
      const p = positives.columns[k]!
      const value = sign * (d[row + p]! - positiveMargin)
      const weight = positiveList.add(value > 0 ? value : 0, i, p)
      if (value > 0) g[row + p] = sign * weight
    }
    for (let k = negatives.start[i]!; k < negatives.start[i + 1]!; k++) {
      const n = negatives.columns[k]!
      const value = sign * (negativeMargin - d[row + n]!)
      const weight = negativeList.add(value > 0 ? value : 0, i, undefined, n)
      if (value > 0) g[row + n] = -sign * weight
    }
  }
  const positive = positiveList.finish()
  const negative = negativeList.finish()
  for (let i = 0; i < distances.rows; i++) {
    const row = i * distances.columns
    for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
      const index = row + positives.columns[k]!
      g[index] = g[index]! * positive.scale
    }
    for (let k = negatives.start[i]!; k < negatives.start[i + 1]!; k++) {
      const index = row + negatives.columns[k]!
      g[index] = g[index]! * negative.scale
    }
  }
  return { value: positive.value + negative.value, gradient, lists: [positiveList, negativeList] }
}
