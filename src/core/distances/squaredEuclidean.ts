import { defineDistance } from './distance'
import { mapEntries, pullTogether, squaredDistances } from './squares'

export const squaredEuclidean = defineDistance({
  name: 'squaredEuclidean',
  title: { en: 'Squared Euclidean', 'zh-CN': '平方欧氏距离' },
  description: {
    en: 'The square of the straight-line distance, as FaceNet uses it; far pairs weigh more. Between 0 and 4 on L2-normalised embeddings.',
    'zh-CN':
      '直线距离的平方（FaceNet 所用），距离远的样本对权重更大。对 L2 归一化的嵌入，其值在 0 到 4 之间。',
  },
  formula: 'd(a, b) = \\sum_k (a_k - b_k)^2',
  source: 'Schroff, Kalenichenko, Philbin 2015',
  isSimilarity: false,
  normalizedByDefault: true,
  unitRange: () => ({ least: 0, greatest: 4 }),
  unrelated: () => 2,
  compute(x, y, product) {
    const values = squaredDistances(x, y, product)
    return {
      values,
      // Rows without a difference have nothing to pull on, not even by rounding.
      backward: (gradient, wantsReferences) =>
        pullTogether(
          mapEntries(gradient, (value, i) => (values.data[i] === 0 ? 0 : 2 * value)),
          x,
          y,
          wantsReferences,
          product,
        ),
    }
  },
})
