import type { RowLists } from '../tuples/relations'
import { tripletsOf, wholeResult } from './collect'
import { defineMiner } from './miner'

export const random = defineMiner({
  name: 'random',
  selects: 'randomTriplets',
  title: { en: 'Random', 'zh-CN': '随机' },
  description: {
    en: 'One random positive and one random negative for each anchor that has both.',
    'zh-CN': '为每个有正、负样本的锚点各随机选一个正样本和一个负样本。',
  },
  source: 'baseline',
  distance: null,
  options: {},
  mine({ relations, random, distances }) {
    const anchor: number[] = []
    const positive: number[] = []
    const negative: number[] = []
    for (let i = 0; i < distances.rows; i++) {
      const p = sizeOf(relations.positives, i)
      const n = sizeOf(relations.negatives, i)
      if (p === 0 || n === 0) continue
      anchor.push(i)
      positive.push(relations.positives.columns[relations.positives.start[i]! + random.integer(p)]!)
      negative.push(relations.negatives.columns[relations.negatives.start[i]! + random.integer(n)]!)
    }
    return wholeResult(tripletsOf(anchor, positive, negative))
  },
  distribution({ relations, distances }) {
    const anchor: number[] = []
    const hasBoth = (i: number) =>
      sizeOf(relations.positives, i) > 0 && sizeOf(relations.negatives, i) > 0
    const rows = (lists: RowLists) =>
      Array.from({ length: distances.rows }, (_, i) => {
        const row = new Array<number>(distances.columns).fill(0)
        const size = hasBoth(i) ? sizeOf(lists, i) : 0
        for (let k = 0; k < size; k++) row[lists.columns[lists.start[i]! + k]!] = 1 / size
        return row
      })
    const positiveProbabilities = rows(relations.positives)
    const negativeProbabilities = rows(relations.negatives)
    for (let i = 0; i < distances.rows; i++) {
      if (hasBoth(i)) anchor.push(i)
    }
    return { anchor, positiveProbabilities, negativeProbabilities }
  },
})

function sizeOf(lists: RowLists, row: number): number {
  return lists.start[row + 1]! - lists.start[row]!
}
