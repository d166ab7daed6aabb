import type { RowLists } from '../tuples/relations'
import { integerOption } from '../registry/options'
import { wholeResult } from './collect'
import { defineMiner, type MinerContext } from './miner'

export const uniformHistogram = defineMiner({
  name: 'uniformHistogram',
  selects: 'evenPairs',
  title: { en: 'Uniform over distances', 'zh-CN': '距离均匀' },
  description: {
    en: 'Draws the same number of pairs from each range of distances, so that rare near negatives and far positives are seen as often as the common ones.',
    'zh-CN':
      '从每个距离区间抽取相同数量的样本对，使少见的近负样本和远正样本与常见样本同样受到关注。',
  },
  source: 'Musgrave, Belongie, Lim 2020',
  distance: 'euclidean',
  options: {
    bins: integerOption(100, 1, 10_000, 'number of equal-width bins', '等宽区间的数量'),
    perBin: integerOption(
      10,
      1,
      10_000,
      'pairs drawn, with replacement, from each bin that holds any',
      '从每个非空区间有放回地抽取的样本对数',
    ),
  },
  mine(context, { bins, perBin }) {
    const positive = draw(context, context.relations.positives, bins, perBin)
    const negative = draw(context, context.relations.negatives, bins, perBin)
    return wholeResult({
      kind: 'pairs',
      positiveAnchor: positive.anchor,
      positive: positive.other,
      negativeAnchor: negative.anchor,
      negative: negative.other,
    })
  },
  distribution(context, { bins }) {
    const positive = histogram(context, context.relations.positives, bins)
    const negative = histogram(context, context.relations.negatives, bins)
    return {
      positiveEdges: positive.edges,
      positiveCounts: Array.from(positive.counts),
      negativeEdges: negative.edges,
      negativeCounts: Array.from(negative.counts),
    }
  },
})

/** The bin of each pair, in list order, and what the bins hold. */
function histogram({ distances }: MinerContext, lists: RowLists, bins: number) {
  const { data, columns, rows } = distances
  const total = lists.columns.length
  const values = new Float32Array(total)
  let least = Infinity
  let greatest = -Infinity
  for (let i = 0; i < rows; i++) {
    for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
      const value = data[i * columns + lists.columns[k]!]!
      values[k] = value
      if (value < least) least = value
      if (value > greatest) greatest = value
    }
  }
  const binOf = new Uint16Array(total)
  const counts = new Uint32Array(total > 0 ? bins : 0)
  const width = (greatest - least) / bins
  for (let k = 0; k < total; k++) {
    const at = width > 0 ? Math.floor((values[k]! - least) / width) : bins - 1
    const bin = Math.min(bins - 1, at)
    binOf[k] = bin
    counts[bin] = counts[bin]! + 1
  }
  return { binOf, counts, edges: total > 0 ? [least, greatest] : [] }
}

function draw(context: MinerContext, lists: RowLists, bins: number, perBin: number) {
  const { binOf, counts } = histogram(context, lists, bins)
  const start = new Uint32Array(counts.length + 1)
  for (let b = 0; b < counts.length; b++) start[b + 1] = start[b]! + counts[b]!
  const fill = start.slice()
  const sorted = new Uint32Array(binOf.length)
  for (let k = 0; k < binOf.length; k++) {
    const bin = binOf[k]!
    sorted[fill[bin]!] = k
    fill[bin] = fill[bin]! + 1
  }
  const rowOf = new Uint32Array(lists.columns.length)
  for (let i = 0; i + 1 < lists.start.length; i++) {
    rowOf.fill(i, lists.start[i], lists.start[i + 1])
  }
  const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  // The budget is shared out evenly, and no bin that holds a pair goes empty-handed.
  const each = Math.max(1, Math.min(perBin, Math.floor(context.budget / 2 / Math.max(1, used))))
  const anchor = new Uint32Array(used * each)
  const other = new Uint32Array(used * each)
  let count = 0
  for (let b = 0; b < counts.length; b++) {
    if (counts[b] === 0) continue
    for (let r = 0; r < each; r++) {
      const k = sorted[start[b]! + context.random.integer(counts[b]!)]!
      anchor[count] = rowOf[k]!
      other[count++] = lists.columns[k]!
    }
  }
  return { anchor, other }
}
