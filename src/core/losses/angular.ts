import { marginOption } from '../registry/options'
import { SoftSum } from './terms/differentiable'
import { defineLoss, hasBothSides, scaleGradient, zeroGradient, zeroLoss } from './loss'

export const angular = defineLoss({
  name: 'angular',
  title: { en: 'Angular', 'zh-CN': '角度损失' },
  description: {
    en: 'Bounds the angle under which a negative sees anchor and positive. Unlike a margin in distance this does not depend on how spread out the classes are.',
    'zh-CN': '限制负样本看锚点与正样本的张角。与距离间隔不同，它不受类别分散程度的影响。',
  },
  formula:
    '\\log(1 + \\sum_n e^{4 \\tan^2\\alpha (a + p) \\cdot n - 2 (1 + \\tan^2\\alpha) a \\cdot p})',
  source: 'Wang, Zhou, Wen, Liu, Lin 2017',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  madeFor: ['everything', 'violatingAngles', 'hardestNegatives', 'informativePairs'],
  options: {
    angle: marginOption(
      'degrees',
      40,
      1,
      89,
      'angle under which a negative may see the pair',
      '负样本看该对的张角上限',
    ),
  },
  evaluate(context, { angle }) {
    if (!hasBothSides(context)) return zeroLoss(context)
    const { distances, relations, isSelf } = context
    const { positives, negatives } = relations
    const { data, columns, rows } = distances
    const between = context.referenceDistances()
    const square = Math.tan((angle * Math.PI) / 180) ** 2
    const gradient = zeroGradient(context)
    const g = gradient.data
    const list = context.newElements()
    const terms = new Float64Array(columns)
    const sum = new SoftSum()
    for (let i = 0; i < rows; i++) {
      const row = i * columns
      const n0 = negatives.start[i]!
      const count = negatives.start[i + 1]! - n0
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        const p = positives.columns[k]!
        const other = p * between.columns
        const own = 2 * (1 + square) * data[row + p]!
        for (let l = 0; l < count; l++) {
          const n = negatives.columns[n0 + l]!
          terms[l] = 4 * square * (data[row + n]! + between.data[other + n]!) - own
        }
        const weight = list.add(sum.read(terms, count, true), i, p)
        if (weight === 0) continue
        const scale = weight * sum.share
        let total = 0
        for (let l = 0; l < count; l++) {
          const share = scale * terms[l]!
          const n = negatives.columns[n0 + l]!
          total += share
          g[row + n] = g[row + n]! + 4 * square * share
          if (isSelf) g[p * columns + n] = g[p * columns + n]! + 4 * square * share
        }
        g[row + p] = g[row + p]! - 2 * (1 + square) * total
      }
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
