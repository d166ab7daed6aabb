import { integerOption } from '../registry/options'
import { collectTriplets } from './collect'
import { defineMiner } from './miner'
import { byNearness } from './nearness'

export const nHard = defineMiner({
  name: 'nHard',
  selects: 'hardestNegatives',
  takesHardest: true,
  title: { en: 'Hard, skipping the hardest', 'zh-CN': '次难' },
  description: {
    en: 'For each anchor and positive the negatives ranked 2nd to 5th by nearness: hard, but without the very hardest, which is often a wrong label.',
    'zh-CN':
      '为每个锚点和正样本取距离排名第 2 到第 5 的负样本：困难，但跳过往往是错误标签的最难者。',
  },
  source: 'Schroff, Kalenichenko, Philbin 2015 (the remedy for noisy labels)',
  distance: 'euclidean',
  options: {
    from: integerOption(
      2,
      1,
      100_000,
      'rank of the first negative kept, 1 = nearest',
      '保留的第一个负样本的名次（1 为最近）',
    ),
    to: integerOption(
      5,
      1,
      100_000,
      'rank of the last negative kept',
      '保留的最后一个负样本的名次',
    ),
  },
  mine(context, { from, to }) {
    const { positives, negatives } = context.relations
    const ranked = Array.from({ length: context.distances.rows }, (_, i) =>
      positives.start[i] === positives.start[i + 1]
        ? new Uint32Array(0)
        : byNearness(context, negatives, i, to).slice(from - 1),
    )
    const { tuples, candidateCount } = collectTriplets(
      (emit) => {
        ranked.forEach((chosen, i) => {
          for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
            for (const n of chosen) emit(i, positives.columns[k]!, n)
          }
        })
      },
      context.budget,
      context.random,
    )
    return { tuples, candidateCount, fallbackCount: 0 }
  },
})
