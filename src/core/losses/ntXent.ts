import { numberOption } from '../registry/options'
import { defineLoss } from './loss'
import { pairAgainstNegatives } from './terms/pairAgainstNegatives'

export const ntXent = defineLoss({
  name: 'ntXent',
  title: { en: 'NT-Xent', 'zh-CN': 'NT-Xent 损失' },
  description: {
    en: 'For each positive pair, tells the positive from all negatives of the anchor by a softmax with a temperature (InfoNCE). Simple and strong.',
    'zh-CN':
      '对每个正样本对，用带温度的 softmax 将正样本与锚点的全部负样本区分开（InfoNCE）。简单而有效。',
  },
  formula: '-\\log \\frac{e^{S_{ap}/t}}{e^{S_{ap}/t} + \\sum_n e^{S_{an}/t}}',
  source: 'Sohn 2016; Chen, Kornblith, Norouzi, Hinton 2020',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  reducer: 'mean',
  madeFor: ['everything', 'hardestNegatives', 'informativePairs', 'easyHardPairs'],
  options: {
    temperature: numberOption(
      0.07,
      1e-3,
      100,
      'smaller minds the hardest more',
      '温度，越小越关注最难样本',
    ),
  },
  evaluate(context, { temperature }) {
    const slope = (context.isSimilarity ? 1 : -1) / temperature
    return pairAgainstNegatives(context, slope, (distance, derivative) => {
      derivative[0] = slope
      return slope * distance
    })
  },
})
