import { choiceOption, marginOption } from '../registry/options'
import { collectTriplets } from './collect'
import { defineMiner } from './miner'
import { farSign } from './nearness'

export const tripletMargin = defineMiner({
  name: 'tripletMargin',
  selects: 'violatingTriplets',
  title: { en: 'Triplet margin', 'zh-CN': '三元组间隔' },
  description: {
    en: 'All triplets whose negative is not yet a margin farther than the positive; or only the hard ones (negative nearer), the semi-hard ones (farther, but within the margin), or the easy ones.',
    'zh-CN':
      '负样本尚未比正样本远出一个间隔的所有三元组；也可只取困难（负样本更近）、半难（更远但在间隔内）或容易的三元组。',
  },
  source: 'Schroff, Kalenichenko, Philbin 2015; Hermans, Beyer, Leibe 2017',
  formula: 't = D_{an} - D_{ap}',
  distance: 'euclidean',
  options: {
    margin: marginOption('distance', 0.2, -100, 100, 'margin m', '间隔 m'),
    type: choiceOption(
      'all',
      ['all', 'hard', 'semihard', 'easy'],
      'all: t <= m; hard: t <= 0; semihard: 0 < t <= m; easy: t > m',
      'all：t <= m；hard：t <= 0；semihard：0 < t <= m；easy：t > m',
    ),
  },
  mine(context, { margin, type }) {
    const { positives, negatives } = context.relations
    const { data, columns, rows } = context.distances
    const sign = farSign(context)
    const low = type === 'easy' ? margin : type === 'semihard' ? 0 : -Infinity
    const high = type === 'easy' ? Infinity : type === 'hard' ? 0 : margin
    const { tuples, candidateCount } = collectTriplets(
      (emit) => {
        for (let i = 0; i < rows; i++) {
          const row = i * columns
          for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
            const p = positives.columns[k]!
            const ap = data[row + p]!
            for (let l = negatives.start[i]!; l < negatives.start[i + 1]!; l++) {
              const n = negatives.columns[l]!
              const t = sign * (data[row + n]! - ap)
              if (t > low && t <= high) emit(i, p, n)
            }
          }
        }
      },
      context.budget,
      context.random,
    )
    return { tuples, candidateCount, fallbackCount: 0 }
  },
})
