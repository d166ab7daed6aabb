import { marginOption, numberOption } from '../registry/options'
import { defineLoss, scaleGradient, zeroGradient } from './loss'
import { RowTerm } from './terms/rowTerms'

export const multiSimilarity = defineLoss({
  name: 'multiSimilarity',
  title: { en: 'Multi-similarity', 'zh-CN': '多重相似度损失' },
  description: {
    en: 'Weighs each pair by its own similarity and by those of the anchor’s other pairs: positives below a base similarity and negatives above it count most. A strong choice for most image sets, with its miner of the same name.',
    'zh-CN':
      '按样本对自身的相似度以及锚点其他样本对的相似度加权：低于基准的正样本与高于基准的负样本影响最大。与同名挖掘器搭配，适合大多数图像集。',
  },
  formula:
    '\\frac{1}{\\alpha} \\log(1 + \\sum_p e^{-\\alpha (S_{ap} - b)}) + \\frac{1}{\\beta} \\log(1 + \\sum_n e^{\\beta (S_{an} - b)})',
  source: 'Wang, Han, Huang, Dong, Scott 2019',
  kind: 'pairs',
  takesMemory: true,
  minedBy: 'informativePairs',
  distance: 'cosine',
  reducer: 'mean',
  madeFor: ['informativePairs', 'violatingPairs', 'easyHardPairs', 'hardestPairs', 'everything'],
  options: {
    alpha: numberOption(2, 1e-3, 1e4, 'sharpness for positives', '正样本的锐度'),
    beta: numberOption(50, 1e-3, 1e4, 'sharpness for negatives', '负样本的锐度'),
    base: marginOption(
      'distance',
      0.5,
      -100,
      100,
      'similarity from which pairs count',
      '基准相似度',
    ),
  },
  // Ten sharpnesses beyond the base nothing is left of a negative's weight.
  reach: ({ base, beta }) => ({ at: base, beyond: 10 / beta, option: 'base' }),
  evaluate(context, { alpha, beta, base }) {
    const { relations, distances } = context
    const sign = context.isSimilarity ? -1 : 1
    const near = new RowTerm(context, relations.positives, sign * alpha, base, true)
    const far = new RowTerm(context, relations.negatives, -sign * beta, base, true)
    const gradient = zeroGradient(context)
    const list = context.newElements()
    for (let i = 0; i < distances.rows; i++) {
      const weight = list.add(near.read(i) / alpha + far.read(i) / beta, i)
      if (weight === 0) continue
      near.addGradient(gradient.data, weight / alpha)
      far.addGradient(gradient.data, weight / beta)
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
