import { choiceOption } from '../registry/options'
import type { RowLists } from '../tuples/relations'
import { collectPairs, collectTriplets } from './collect'
import { defineMiner } from './miner'

export const all = defineMiner({
  name: 'all',
  selects: 'everything',
  title: { en: 'All', 'zh-CN': '全部' },
  description: {
    en: 'Every triplet or pair of the batch; of very many an even sample.',
    'zh-CN': '批次中的所有三元组或样本对；数量过多时均匀抽样。',
  },
  source: 'baseline',
  distance: null,
  options: {
    kind: choiceOption('triplets', ['triplets', 'pairs'], 'triplets or pairs', '三元组或样本对'),
  },
  mine({ relations, distances, budget, random }, { kind }) {
    const { positives, negatives } = relations
    const walk = (lists: RowLists) => (emit: (anchor: number, other: number) => void) => {
      for (let i = 0; i < distances.rows; i++) {
        for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) emit(i, lists.columns[k]!)
      }
    }
    if (kind === 'pairs') return collectPairs(walk(positives), walk(negatives), budget, random)
    const { tuples, candidateCount } = collectTriplets(
      (emit) => {
        walk(positives)((a, p) => {
          for (let k = negatives.start[a]!; k < negatives.start[a + 1]!; k++) {
            emit(a, p, negatives.columns[k]!)
          }
        })
      },
      budget,
      random,
    )
    return { tuples, candidateCount, fallbackCount: 0 }
  },
})
