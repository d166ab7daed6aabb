import {
  hasBothSides,
  scaleGradient,
  zeroGradient,
  zeroLoss,
  type LossContext,
  type LossResult,
} from '../loss'
import { SoftRanks } from './softRanks'

/**
 * A loss of each anchor by the soft ranks of its positives; anchors without any are left out.
 * @param lossOf value of an anchor with `count` positives; fills in its derivatives by what comes
 *   before each
 */
export function rankLoss(
  context: LossContext,
  temperature: number,
  lossOf: (
    ranks: SoftRanks,
    count: number,
    byPositives: Float64Array,
    byNegatives: Float64Array,
  ) => number,
): LossResult {
  if (!hasBothSides(context)) return zeroLoss(context)
  const { distances, relations } = context
  const { rows, columns, data } = distances
  const gradient = zeroGradient(context)
  const list = context.newElements()
  const ranks = new SoftRanks(columns, temperature)
  const byPositives = new Float64Array(columns)
  const byNegatives = new Float64Array(columns)
  const ofRow = ({ start, columns: all }: typeof relations.positives, i: number) =>
    all.subarray(start[i], start[i + 1])
  for (let i = 0; i < rows; i++) {
    const positives = ofRow(relations.positives, i)
    const negatives = ofRow(relations.negatives, i)
    if (positives.length === 0) continue
    ranks.read(data.subarray(i * columns, (i + 1) * columns), positives, negatives)
    const value = lossOf(ranks, positives.length, byPositives, byNegatives)
    const weight = list.add(value, i)
    if (weight === 0) continue
    const slopes = ranks.slopes(byPositives, byNegatives)
    positives.forEach((column, k) => (gradient.data[i * columns + column] = weight * slopes[k]!))
    negatives.forEach((column, k) => {
      gradient.data[i * columns + column] = weight * slopes[positives.length + k]!
    })
  }
  const { value, scale } = list.finish()
  scaleGradient(gradient, scale)
  return { value, gradient, lists: [list] }
}
