import { choiceOption, marginOption } from '../registry/options'
import { hingePairs } from './terms/hingePairs'
import { defineLoss, zeroGradient, type LossContext, type LossResult } from './loss'

export const contrastive = defineLoss({
  name: 'contrastive',
  title: { en: 'Contrastive', 'zh-CN': '对比损失' },
  description: {
    en: 'Looks at pairs. Two images of one class are pulled together, two of different classes are pushed apart until they are a margin away; after that they are left alone.',
    'zh-CN': '以样本对为单位：同类图像相互拉近，异类图像相互推开，直到相距达到间隔，之后不再施力。',
  },
  formula: '[D_{ap} - m_p]_+ + [m_n - D_{an}]_+',
  source: 'Hadsell, Chopra, LeCun 2006',
  kind: 'pairs',
  takesMemory: true,
  distance: 'euclidean',
  reducer: 'avgNonZero',
  madeFor: [
    'violatingPairs',
    'semiHardTriplets',
    'easyHardPairs',
    'hardestPairs',
    'evenPairs',
    'everything',
  ],
  options: {
    form: choiceOption(
      'linear',
      ['linear', 'hadsell'],
      'linear: hinges with a reducer; hadsell: halved squares as printed in 2006, mean over all pairs',
      'linear：线性铰链并按归约方式汇总；hadsell：2006 年论文的平方形式，对所有样本对取平均',
    ),
    positiveMargin: marginOption(
      'distance',
      0,
      -100,
      100,
      'linear: positives farther than this count',
      '线性形式：距离大于此值的正样本对计入损失',
    ),
    negativeMargin: marginOption(
      'distance',
      1,
      -100,
      100,
      'linear: negatives nearer than this count',
      '线性形式：距离小于此值的负样本对计入损失',
    ),
    margin: marginOption(
      'distance',
      1,
      -100,
      100,
      'hadsell: negatives nearer than this count',
      'hadsell 形式：距离小于此值的负样本对计入损失',
    ),
  },
  reach: ({ form, margin, negativeMargin }) =>
    form === 'hadsell'
      ? { at: margin, option: 'margin' }
      : { at: negativeMargin, option: 'negativeMargin' },
  evaluate: (context, options) =>
    options.form === 'linear'
      ? hingePairs(context, options.positiveMargin, options.negativeMargin)
      : hadsell(context, options.margin),
})

/** P: D^2 / 2; N: [m - D]+^2 / 2; mean over all ordered pairs. */
function hadsell(context: LossContext, margin: number): LossResult {
  const { distances, relations, isSimilarity } = context
  const sign = isSimilarity ? -1 : 1
  const gradient = zeroGradient(context)
  const list = context.newElements()
  const count = relations.positives.columns.length + relations.negatives.columns.length
  if (count === 0) return { value: 0, gradient, lists: [] }
  let sum = 0
  for (let i = 0; i < distances.rows; i++) {
    const row = i * distances.columns
    const { positives, negatives } = relations
    for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
      const p = positives.columns[k]!
      const d = distances.data[row + p]!
      list.add((d * d) / 2, i, p)
      sum += (d * d) / 2
      gradient.data[row + p] = d / count
    }
    for (let k = negatives.start[i]!; k < negatives.start[i + 1]!; k++) {
      const n = negatives.columns[k]!
      const gap = Math.max(sign * (margin - distances.data[row + n]!), 0)
      list.add((gap * gap) / 2, i, undefined, n)
      sum += (gap * gap) / 2
      gradient.data[row + n] = (-sign * gap) / count
    }
  }
  return { value: sum / count, gradient, lists: [list] }
}
