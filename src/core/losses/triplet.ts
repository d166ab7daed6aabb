import { booleanOption, marginOption } from '../registry/options'
import { sigmoid, softplus } from './terms/differentiable'
import { defineLoss, scaleGradient, zeroGradient } from './loss'
import { forEachTriplet } from '../tuples/triplets'

export const triplet = defineLoss({
  name: 'triplet',
  title: { en: 'Triplet', 'zh-CN': '三元组损失' },
  description: {
    en: 'Takes an anchor, an image of its class (positive) and one of another class (negative), and asks that the positive be nearer than the negative by at least a margin.',
    'zh-CN':
      '取一个锚点、一张同类图像（正样本）和一张异类图像（负样本），要求正样本比负样本更近，且至少相差一个间隔。',
  },
  formula: '[D_{ap} - D_{an} + m]_+',
  source: 'Schroff, Kalenichenko, Philbin 2015; soft: Hermans, Beyer, Leibe 2017',
  kind: 'triplets',
  takesMemory: true,
  mayRestAtMargin: true,
  distance: 'euclidean',
  reducer: 'avgNonZero',
  madeFor: [
    'semiHardTriplets',
    'hardestTriplets',
    'easyHardPairs',
    'violatingTriplets',
    'evenTriplets',
    'violatingAngles',
    'hardestNegatives',
    'randomTriplets',
    'rememberedTriplets',
    'everything',
  ],
  options: {
    margin: marginOption('distance', 0.2, -100, 100, 'margin m', '间隔 m'),
    swap: booleanOption(
      false,
      'compares with the nearer of negative-to-anchor and negative-to-positive',
      '取负样本到锚点与到正样本的距离中较近者',
    ),
    smooth: booleanOption(
      false,
      'softplus in place of the hinge, with the margin',
      '用 softplus 代替铰链（保留间隔）',
    ),
    soft: booleanOption(
      false,
      'softplus without a margin: never quite satisfied',
      '无间隔的 softplus：永不完全满足',
    ),
  },
  distanceMargin: ({ margin, soft }) => (soft ? null : margin),
  evaluate(context, options) {
    const { distances, isSimilarity, isSelf } = context
    const sign = isSimilarity ? -1 : 1
    const d = distances.data
    const columns = distances.columns
    const gradient = zeroGradient(context)
    const g = gradient.data
    const list = context.newElements()
    const margin = options.soft ? 0 : options.margin
    const isSmooth = options.soft || options.smooth
    const between = options.swap ? context.referenceDistances() : null
    forEachTriplet(context, (a, p, n) => {
      const ap = a * columns + p
      const an = a * columns + n
      let negative = d[an]!
      // Share of the anchor's own distance: ties between the two go half and half.
      let share = 1
      if (between !== null) {
        const other = between.data[p * between.columns + n]!
        if (other === negative) share = 0.5
        else if (sign * (other - negative) < 0) {
          negative = other
          share = 0
        }
      }
      const gap = sign * (d[ap]! - negative) + margin
      const value = isSmooth ? softplus(gap) : gap > 0 ? gap : 0
      const weight = list.add(value, a, p, n)
      if (value <= 0) return
      const slope = sign * weight * (isSmooth ? sigmoid(gap) : 1)
      g[ap] = g[ap]! + slope
      g[an] = g[an]! - share * slope
      if (share < 1 && isSelf) {
        const pn = p * columns + n
        g[pn] = g[pn]! - (1 - share) * slope
      }
    })
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
