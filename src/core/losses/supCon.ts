import { numberOption } from '../registry/options'
import { logSumExp } from './terms/differentiable'
import { defineLoss, hasBothSides, scaleGradient, zeroGradient, zeroLoss } from './loss'

export const supCon = defineLoss({
  name: 'supCon',
  title: { en: 'Supervised contrastive', 'zh-CN': '监督对比损失' },
  description: {
    en: 'Each anchor tells all its positives from everything else in the batch, like a classifier whose classes are the other images. Likes large batches.',
    'zh-CN':
      '每个锚点要从批次的其余图像中分辨出全部正样本，如同以其他图像为类别的分类器。宜用大批次。',
  },
  formula:
    '-\\frac{1}{|P|} \\sum_{p} \\log \\frac{e^{S_{ap}/t}}{\\sum_{k \\in P \\cup N} e^{S_{ak}/t}}',
  source: 'Khosla et al. 2020',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  reducer: 'avgNonZero',
  madeFor: ['everything', 'informativePairs', 'violatingPairs'],
  options: {
    temperature: numberOption(
      0.1,
      1e-3,
      100,
      'smaller minds the hardest more',
      '温度，越小越关注最难样本',
    ),
  },
  evaluate(context, { temperature }) {
    if (!hasBothSides(context)) return zeroLoss(context)
    const { distances, relations } = context
    const { positives, negatives } = relations
    const slope = (context.isSimilarity ? 1 : -1) / temperature
    const gradient = zeroGradient(context)
    const g = gradient.data
    const list = context.newElements()
    const terms = new Float64Array(distances.columns)
    for (let i = 0; i < distances.rows; i++) {
      const row = i * distances.columns
      const p0 = positives.start[i]!
      const n0 = negatives.start[i]!
      const pCount = positives.start[i + 1]! - p0
      const nCount = negatives.start[i + 1]! - n0
      if (pCount === 0) {
        list.add(0, i)
        continue
      }
      let own = 0
      for (let k = 0; k < pCount; k++) {
        terms[k] = slope * distances.data[row + positives.columns[p0 + k]!]!
        own += terms[k]! / pCount
      }
      for (let k = 0; k < nCount; k++) {
        terms[pCount + k] = slope * distances.data[row + negatives.columns[n0 + k]!]!
      }
      const whole = logSumExp(terms, pCount + nCount)
      const weight = slope * list.add(whole - own, i)
      if (weight === 0) continue
      for (let k = 0; k < pCount; k++) {
        const index = row + positives.columns[p0 + k]!
        g[index] = weight * (Math.exp(terms[k]! - whole) - 1 / pCount)
      }
      for (let k = 0; k < nCount; k++) {
        const index = row + negatives.columns[n0 + k]!
        g[index] = weight * Math.exp(terms[pCount + k]! - whole)
      }
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})
