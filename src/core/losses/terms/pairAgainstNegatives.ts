import { sigmoid, softplus } from './differentiable'
import {
  hasBothSides,
  scaleGradient,
  zeroGradient,
  zeroLoss,
  type LossContext,
  type LossResult,
} from '../loss'
import { RowTerm } from './rowTerms'

/**
 * Per positive pair: log(1 + sum over N(a) of exp(slope D_an - own(D_ap))). The sum over the
 * negatives is shared by all positives of an anchor, so that the cost grows with pairs and not with
 * triplets: softplus(LSE_N(slope D_an) - own(D_ap)).
 * @param own what stands for the positive, with its derivative in `derivative[0]`
 */
export function pairAgainstNegatives(
  context: LossContext,
  slope: number,
  own: (distance: number, derivative: Float64Array) => number,
): LossResult {
  if (!hasBothSides(context)) return zeroLoss(context)
  const { distances, relations } = context
  const { positives } = relations
  const gradient = zeroGradient(context)
  const list = context.newElements()
  const negatives = new RowTerm(context, relations.negatives, slope, 0, false)
  const derivative = new Float64Array(1)
  for (let i = 0; i < distances.rows; i++) {
    const from = positives.start[i]!
    const to = positives.start[i + 1]!
    if (from === to) continue
    const sum = negatives.read(i)
    let push = 0
    for (let k = from; k < to; k++) {
      const p = positives.columns[k]!
      if (negatives.count === 0) {
        list.add(0, i, p)
        continue
      }
      const index = i * distances.columns + p
      const gap = sum - own(distances.data[index]!, derivative)
      const weight = list.add(softplus(gap), i, p) * sigmoid(gap)
      gradient.data[index] = -weight * derivative[0]!
      push += weight
    }
    if (push !== 0) negatives.addGradient(gradient.data, push)
  }
  const { value, scale } = list.finish()
  scaleGradient(gradient, scale)
  return { value, gradient, lists: [list] }
}
