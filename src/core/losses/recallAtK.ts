import { numberOption } from '../registry/options'
import { sigmoid } from './terms/differentiable'
import { defineLoss } from './loss'
import { rankLoss } from './terms/rankLoss'
import type { SoftRanks } from './terms/softRanks'

/** The k of the recalls that are averaged. */
const depths = [1, 2, 4, 8, 16]

export const recallAtK = defineLoss({
  name: 'recallAtK',
  title: { en: 'Recall@k', 'zh-CN': 'Recall@k 替代损失' },
  description: {
    en: 'Optimises the share of positives among the 1, 2, 4, 8 and 16 nearest, by soft ranks. The query is not among its own competitors, other than in the code of its authors. Likes very large batches.',
    'zh-CN':
      '借助软排名优化最近 1、2、4、8、16 张图像中的正样本比例。与作者代码不同，查询图像不与自身竞争。宜用很大的批次。',
  },
  formula:
    '1 - \\frac{1}{|K|} \\sum_{k \\in K} \\frac{\\min(k, \\sum_{j \\in P} \\sigma((k - r_{aj})/t_2))}{\\min(k, |P|)}, \\quad r_{aj} = 1 + \\sum_{l \\neq j} \\sigma((S_{al} - S_{aj})/t_1)',
  source: 'Patel, Tolias, Matas 2022',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  madeFor: ['everything'],
  options: {
    similarityTemperature: numberOption(0.01, 1e-4, 100, 'of the ranks', '排名的温度'),
    rankTemperature: numberOption(1, 1e-3, 1e3, 'of the count within k', '前 k 计数的温度'),
  },
  evaluate: (context, { similarityTemperature, rankTemperature }) =>
    rankLoss(context, similarityTemperature, (ranks, count, byPositives, byNegatives) => {
      byPositives.fill(0, 0, count)
      let recall = 0
      for (const k of depths) {
        let within = 0
        for (let j = 0; j < count; j++) within += isWithin(ranks, j, k, rankTemperature)
        const share = 1 / (depths.length * Math.min(k, count))
        recall += share * Math.min(k, within)
        if (within >= k) continue
        for (let j = 0; j < count; j++) {
          const one = isWithin(ranks, j, k, rankTemperature)
          byPositives[j] = byPositives[j]! + (share * one * (1 - one)) / rankTemperature
        }
      }
      byNegatives.set(byPositives.subarray(0, count))
      return 1 - recall
    }),
})

/** How surely positive j is among the k nearest. */
function isWithin(
  { positivesBefore, negativesBefore }: SoftRanks,
  j: number,
  k: number,
  temperature: number,
): number {
  return sigmoid((k - 1 - positivesBefore[j]! - negativesBefore[j]!) / temperature)
}
