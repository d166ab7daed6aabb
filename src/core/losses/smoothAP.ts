import { numberOption } from '../registry/options'
import { defineLoss } from './loss'
import { rankLoss } from './terms/rankLoss'

export const smoothAP = defineLoss({
  name: 'smoothAP',
  title: { en: 'Smooth-AP', 'zh-CN': '平滑 AP 损失' },
  description: {
    en: 'Optimises average precision itself, by ranks that count who is nearer with a sigmoid. Likes large batches.',
    'zh-CN': '用 sigmoid 统计更近的图像得到软排名，直接优化平均精度。宜用大批次。',
  },
  formula:
    '1 - \\frac{1}{|P|} \\sum_{j \\in P} \\frac{1 + \\sum_{p \\in P, p \\neq j} \\sigma((S_{ap} - S_{aj})/t)}{1 + \\sum_{k \\neq j} \\sigma((S_{ak} - S_{aj})/t)}',
  source: 'Brown, Xie, Kalogeiton, Zisserman 2020',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  madeFor: ['everything'],
  options: {
    temperature: numberOption(0.01, 1e-4, 100, 'smaller counts more sharply', '越小计数越陡'),
  },
  evaluate: (context, { temperature }) =>
    rankLoss(context, temperature, (ranks, count, byPositives, byNegatives) => {
      let precision = 0
      for (let j = 0; j < count; j++) {
        const own = 1 + ranks.positivesBefore[j]!
        const all = own + ranks.negativesBefore[j]!
        precision += own / all / count
        byPositives[j] = -(all - own) / (all * all * count)
        byNegatives[j] = own / (all * all * count)
      }
      return 1 - precision
    }),
})
