import { marginOption } from '../registry/options'
import { hingePairs } from './terms/hingePairs'
import { defineLoss } from './loss'

export const snrContrastive = defineLoss({
  name: 'snrContrastive',
  title: { en: 'SNR contrastive', 'zh-CN': '信噪比对比损失' },
  description: {
    en: 'The contrastive loss on the signal-to-noise distance, which judges a difference by how much the anchor itself varies. A zero-mean regularizer goes well with it.',
    'zh-CN': '在信噪比距离上的对比损失：以锚点自身的变化幅度衡量差异。宜与零均值正则项搭配使用。',
  },
  formula: '[D_{ap} - m_p]_+ + [m_n - D_{an}]_+, \\quad D = \\mathrm{var}(a-b)/\\mathrm{var}(a)',
  source: 'Yuan, Deng, Tang, Tang, Chen 2019',
  kind: 'pairs',
  takesMemory: true,
  distance: 'snr',
  reducer: 'avgNonZero',
  madeFor: ['violatingPairs', 'hardestPairs', 'evenPairs', 'easyHardPairs', 'everything'],
  options: {
    positiveMargin: marginOption(
      'distance',
      0,
      -100,
      100,
      'positives farther than this count',
      '距离大于此值的正样本对计入损失',
    ),
    negativeMargin: marginOption(
      'distance',
      1,
      -100,
      100,
      'negatives nearer than this count',
      '距离小于此值的负样本对计入损失',
    ),
  },
  reach: ({ negativeMargin }) => ({ at: negativeMargin, option: 'negativeMargin' }),
  evaluate: (context, options) =>
    hingePairs(context, options.positiveMargin, options.negativeMargin),
})
