import type { DistanceHistogram } from '../../shared/model/training'
import { distances } from '../distances'
import { gatherRows, type Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import { chooseProbe } from './measureRetrieval'

const histogramRows = 300

/** Distances of the pairs of a few hundred images; null where there is no pair of one label. */
export function measureHistogram(
  embeddings: Matrix,
  labels: Int32Array,
  distanceName: string,
  random: Random,
): DistanceHistogram | null {
  const places = chooseProbe(labels, random, histogramRows)
  const rows = gatherRows(embeddings, places)
  const { values, isSimilarity } = distances.get(distanceName).forward(rows)
  const positive: number[] = []
  const negative: number[] = []
  for (let i = 0; i < rows.rows; i++) {
    for (let j = i + 1; j < rows.rows; j++) {
      const value = values.data[i * rows.rows + j]!
      const list = labels[places[i]!] === labels[places[j]!] ? positive : negative
      list.push(isSimilarity ? 1 - value : value)
    }
  }
  if (positive.length === 0 || negative.length === 0) return null
  const greatest = negative.reduce((most, value) => Math.max(most, value), 1e-6)
  const isBounded = distanceName === 'euclidean' || distanceName === 'cosine'
  return histogramOfDistances(positive, negative, 0, isBounded ? 2 : greatest)
}

/** Equal bins between `minimum` and `maximum`; what lies outside counts in the outermost bins. */
function histogramOfDistances(
  positive: ArrayLike<number>,
  negative: ArrayLike<number>,
  minimum: number,
  maximum: number,
  bins = 40,
): DistanceHistogram {
  return {
    minimum,
    maximum,
    positive: countInBins(positive, minimum, maximum, bins),
    negative: countInBins(negative, minimum, maximum, bins),
  }
}

function countInBins(
  values: ArrayLike<number>,
  minimum: number,
  maximum: number,
  bins: number,
): number[] {
  const counts = new Array<number>(bins).fill(0)
  const scale = maximum > minimum ? bins / (maximum - minimum) : 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - minimum) * scale)))
    counts[bin]! += 1
  }
  return counts
}
