import { sigmoid, softplus } from './terms/differentiable'
import { defineLoss, scaleGradient, zeroGradient } from './loss'
import { forEachTriplet } from '../tuples/triplets'

export const bpr = defineLoss({
  name: 'bpr',
  title: { en: 'BPR', 'zh-CN': 'BPR 损失' },
  description: {
    en: 'Bayesian personalised ranking: the score of the positive shall beat that of the negative, by a logistic loss on raw dot products.',
    'zh-CN': '贝叶斯个性化排序：在原始点积上用逻辑损失要求正样本得分高于负样本。',
  },
  formula: '-\\log \\sigma(s_{ap} - s_{an})',
  source: 'Rendle, Freudenthaler, Gantner, Schmidt-Thieme 2009',
  kind: 'triplets',
  takesMemory: true,
  distance: 'dot',
  reducer: 'mean',
  madeFor: [
    'randomTriplets',
    'semiHardTriplets',
    'hardestTriplets',
    'hardestNegatives',
    'everything',
  ],
  options: {},
  evaluate(context) {
    const { distances } = context
    const sign = context.isSimilarity ? -1 : 1
    const gradient = zeroGradient(context)
    const g = gradient.data
    const list = context.newElements()
    forEachTriplet(context, (a, p, n) => {
      const ap = a * distances.columns + p
      const an = a * distances.columns + n
      const gap = sign * (distances.data[ap]! - distances.data[an]!)
      const slope = sign * list.add(softplus(gap), a, p, n) * sigmoid(gap)
      g[ap] = g[ap]! + slope
      g[an] = g[an]! - slope
    })
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
