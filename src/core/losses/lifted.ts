import { marginOption } from '../registry/options'
import { logSumExp, softplus } from './terms/differentiable'
import {
  defineLoss,
  hasBothSides,
  scaleGradient,
  zeroGradient,
  zeroLoss,
  type LossContext,
} from './loss'
import { RowTerm } from './terms/rowTerms'

export const lifted = defineLoss({
  name: 'lifted',
  title: { en: 'Lifted structure', 'zh-CN': '提升结构损失' },
  description: {
    en: 'For each positive pair weighs all negatives of both images at once, the hardest most, and asks that the pair be nearer than any of them. With the defaults on normalised embeddings it collapses easily; a smaller rate or the generalised form is steadier.',
    'zh-CN':
      '对每个正样本对同时考虑两张图像的全部负样本（最难者权重最大），要求该对比它们都更近。在归一化嵌入上使用默认值容易坍缩，降低学习率或改用广义形式更稳。',
  },
  formula:
    '\\frac{1}{2} [D_{ij} - m_p + \\log(\\sum_{k \\in N(i)} e^{m - D_{ik}} + \\sum_{l \\in N(j)} e^{m - D_{jl}})]_+^2',
  source: 'Song, Xiang, Jegelka, Savarese 2016',
  kind: 'pairs',
  takesMemory: true,
  distance: 'euclidean',
  reducer: 'mean',
  options: {
    margin: marginOption('distance', 1, -100, 100, 'margin m', '间隔 m'),
    positiveMargin: marginOption(
      'distance',
      0,
      -100,
      100,
      'taken from the positive distance',
      '正样本间隔',
    ),
  },
  distanceMargin: ({ margin, positiveMargin }) => margin - positiveMargin,
  evaluate(context, { margin, positiveMargin }) {
    if (!hasBothSides(context)) return zeroLoss(context)
    const { distances, relations, isSelf } = context
    const { positives } = relations
    const sign = context.isSimilarity ? -1 : 1
    const { rows, columns, data } = distances
    const negatives = new RowTerm(context, relations.negatives, -sign, margin, false)
    const sums = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      const sum = negatives.read(i)
      sums[i] = negatives.count > 0 ? sum : -Infinity
    }
    const partners = isSelf ? sums : sumsOfReferences(context, sign, margin)
    const gradient = zeroGradient(context)
    const list = context.newElements()
    const push = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        const j = positives.columns[k]!
        const index = i * columns + j
        const both = logAddExp(sums[i]!, partners[j]!)
        const gap = (both === -Infinity ? 0 : both) + sign * (data[index]! - positiveMargin)
        const hinge = Math.max(0, gap)
        const weight = hinge * list.add((hinge * hinge) / 2, i, j)
        if (weight === 0) continue
        gradient.data[index] = gradient.data[index]! + sign * weight
        if (both === -Infinity) continue
        push[i] = push[i]! + weight * Math.exp(sums[i]! - both)
        if (isSelf) push[j] = push[j]! + weight * Math.exp(sums[j]! - both)
      }
    }
    for (let i = 0; i < rows; i++) {
      if (push[i] === 0) continue
      negatives.read(i)
      negatives.addGradient(gradient.data, push[i]!)
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})

/** log(e^a + e^b); -Infinity stands for an empty sum. */
function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b)
  if (larger === -Infinity) return -Infinity
  return larger + softplus(Math.min(a, b) - larger)
}

/** The same sums for each reference over its own negatives among the references. */
function sumsOfReferences(context: LossContext, sign: number, margin: number): Float64Array {
  const { referenceLabels } = context
  const between = context.referenceDistances()
  const terms = new Float64Array(between.columns)
  return Float64Array.from(referenceLabels, (label, j) => {
    let count = 0
    for (let l = 0; l < between.columns; l++) {
      if (referenceLabels[l] === label) continue
      terms[count++] = sign * (margin - between.data[j * between.columns + l]!)
    }
    return count > 0 ? logSumExp(terms, count) : -Infinity
  })
}
