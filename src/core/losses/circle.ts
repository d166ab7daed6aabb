import { marginOption, numberOption } from '../registry/options'
import { logSumExp, sigmoid, softplus } from './terms/differentiable'
import { defineLoss, scaleGradient, zeroGradient } from './loss'

export const circle = defineLoss({
  name: 'circle',
  title: { en: 'Circle', 'zh-CN': '圆损失' },
  description: {
    en: 'Lets each similarity learn at its own pace: the further it is from where it should be, the harder it is pulled.',
    'zh-CN': '让每个相似度按各自的步调学习：离目标越远，拉力越大。',
  },
  formula:
    '\\mathrm{softplus}(\\log \\sum_p e^{-\\gamma [1 + m - S_{ap}]_+ (S_{ap} - 1 + m)} + \\log \\sum_n e^{\\gamma [S_{an} + m]_+ (S_{an} - m)})',
  source: 'Sun, Cheng, Zhang, Zhang, Zheng, Wang, Wei 2020',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'avgNonZero',
  madeFor: ['violatingPairs', 'informativePairs', 'easyHardPairs', 'hardestPairs', 'everything'],
  options: {
    margin: marginOption('cosine', 0.4, -2, 2, 'margin m', '间隔 m'),
    gamma: numberOption(80, 1e-3, 1e5, 'scale', '缩放系数'),
  },
  evaluate(context, { margin, gamma }) {
    const { distances, relations } = context
    const { positives, negatives } = relations
    const s = distances.data
    const gradient = zeroGradient(context)
    const list = context.newElements()
    const near = new Float64Array(distances.columns)
    const far = new Float64Array(distances.columns)
    for (let i = 0; i < distances.rows; i++) {
      const row = i * distances.columns
      const p0 = positives.start[i]!
      const n0 = negatives.start[i]!
      const pCount = positives.start[i + 1]! - p0
      const nCount = negatives.start[i + 1]! - n0
      if (pCount === 0 || nCount === 0) {
        list.add(0, i)
        continue
      }
      for (let k = 0; k < pCount; k++) {
        const value = s[row + positives.columns[p0 + k]!]!
        near[k] = -gamma * Math.max(0, 1 + margin - value) * (value - (1 - margin))
      }
      for (let k = 0; k < nCount; k++) {
        const value = s[row + negatives.columns[n0 + k]!]!
        far[k] = gamma * Math.max(0, value + margin) * (value - margin)
      }
      const nearSum = logSumExp(near, pCount)
      const farSum = logSumExp(far, nCount)
      const weight = list.add(softplus(nearSum + farSum), i) * sigmoid(nearSum + farSum)
      if (weight === 0) continue
      // The weights [.]+ are constants to the gradient.
      for (let k = 0; k < pCount; k++) {
        const index = row + positives.columns[p0 + k]!
        const pull = gamma * Math.max(0, 1 + margin - s[index]!)
        gradient.data[index] = -weight * pull * Math.exp(near[k]! - nearSum)
      }
      for (let k = 0; k < nCount; k++) {
        const index = row + negatives.columns[n0 + k]!
        const push = gamma * Math.max(0, s[index]! + margin)
        gradient.data[index] = weight * push * Math.exp(far[k]! - farSum)
      }
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
