import { marginOption } from '../registry/options'
import { defineLoss, scaleGradient, zeroGradient } from './loss'
import { RowTerm } from './terms/rowTerms'

export const generalizedLifted = defineLoss({
  name: 'generalizedLifted',
  title: { en: 'Generalised lifted structure', 'zh-CN': '广义提升结构损失' },
  description: {
    en: 'For each anchor weighs all its positives and all its negatives at once, the hardest most, and asks that the first be nearer than the second.',
    'zh-CN': '对每个锚点同时考虑全部正样本与负样本（最难者权重最大），要求前者比后者更近。',
  },
  formula: '[\\log \\sum_p e^{D_{ap} - m_p} + \\log \\sum_n e^{m_n - D_{an}}]_+',
  source: 'Hermans, Beyer, Leibe 2017',
  kind: 'pairs',
  takesMemory: true,
  distance: 'euclidean',
  reducer: 'mean',
  options: {
    positiveMargin: marginOption(
      'distance',
      0,
      -100,
      100,
      'taken from the positive distances',
      '正样本间隔',
    ),
    negativeMargin: marginOption('distance', 1, -100, 100, 'margin of the negatives', '负样本间隔'),
  },
  distanceMargin: ({ positiveMargin, negativeMargin }) => negativeMargin - positiveMargin,
  evaluate(context, options) {
    const { relations, distances } = context
    const sign = context.isSimilarity ? -1 : 1
    const near = new RowTerm(context, relations.positives, sign, options.positiveMargin, false)
    const far = new RowTerm(context, relations.negatives, -sign, options.negativeMargin, false)
    const gradient = zeroGradient(context)
    const list = context.newElements()
    for (let i = 0; i < distances.rows; i++) {
      const value = Math.max(0, near.read(i) + far.read(i))
      const weight = list.add(value, i)
      if (value === 0) continue
      near.addGradient(gradient.data, weight)
      far.addGradient(gradient.data, weight)
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
