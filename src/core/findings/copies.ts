import { dotOfRows } from '../projection'
import type { Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import type { Steps } from '../steps'
import { createComponents } from './components'
import type { NearestOthers } from './nearest'
import { nearPairSteps } from './nearHashes'
import { quantileOf } from './quantiles'
import { type Signature, unexplainedShare } from './signature'

/** Contents that may show the same picture; each content stands once. */
export interface ContentSet {
  /** 32 bits each of the perceptual hash; `hasHash` 0 where there is none. */
  readonly high: Uint32Array
  readonly low: Uint32Array
  readonly hasHash: Uint8Array
  /** Mean colours of 4 x 4 cells, [n, 48]. */
  readonly colors: Uint8Array
  /** Frozen features, [n, d] of length 1. */
  readonly unit: Matrix
  readonly nearest: NearestOthers
  /** -1 without one. */
  readonly labels: Int32Array
}

/** Two contents that may be one picture, the lower first. */
export interface CandidatePair {
  readonly first: number
  readonly second: number
  /** 1 - cosine of their features. */
  readonly distance: number
}

const sampledPairs = 100_000
/** Of pairs under different labels so many are less alike than copies of a picture. */
const differentShare = 0.99
/** Mean difference of colours of 255 that a copy or a crop may have. */
const mostColorDifference = 12
const colorNumbers = 48

/**
 * Pairs that are worth a closer look: hashes within 4 bits of 64, or nearest by features; all of
 * them more alike by features than 99 % of the pairs under different labels (of all pairs, where
 * there are no two labels), and nearly of the same colours. Never all pairs.
 */
export function* candidatePairs(set: ContentSet, random: Random): Steps<CandidatePair[]> {
  const count = set.unit.rows
  const limit = 1 - differentLimit(set, random)
  const pairs = new Map<number, CandidatePair>()
  const look = (a: number, b: number) => {
    const [first, second] = a < b ? [a, b] : [b, a]
    const key = first * count + second
    if (first === second || pairs.has(key)) return
    const distance = distanceOf(set.unit, first, second)
    if (distance > limit || colorDifference(set.colors, first, second) > mostColorDifference) return
    pairs.set(key, { first, second, distance })
  }
  const hashed = Uint32Array.from(set.hasHash.keys()).filter((row) => set.hasHash[row] === 1)
  const words = (of: Uint32Array) => Uint32Array.from(hashed, (row) => of[row]!)
  const near = nearPairSteps(words(set.high), words(set.low), (a, b) =>
    look(hashed[a]!, hashed[b]!),
  )
  for (const share of near) yield share / 2
  const { k, indices, distances } = set.nearest
  for (let row = 0; row < count && k > 0; row++) {
    for (let at = row * k; at < (row + 1) * k; at++) {
      if (distances[at]! <= limit) look(row, indices[at]!)
    }
    if (row % 4096 === 0) yield 0.5 + row / (2 * count)
  }
  return [...pairs.values()].sort((a, b) => a.first - b.first || a.second - b.second)
}

const distanceOf = ({ data, columns }: Matrix, a: number, b: number): number =>
  Math.max(0, 1 - dotOfRows(data, a, data, b, columns))

/** Cosine that so many pairs under different labels do not reach; of all where none have two. */
function differentLimit({ unit, labels }: ContentSet, random: Random): number {
  const rows = [...labels.keys()].filter((row) => labels[row]! >= 0)
  const hasTwo = rows.some((row) => labels[row] !== labels[rows[0]!])
  const among = hasTwo ? rows : [...labels.keys()]
  const cosines: number[] = []
  for (let pair = 0; pair < sampledPairs && among.length > 1; pair++) {
    const [a, b] = [among[random.integer(among.length)]!, among[random.integer(among.length)]!]
    if (hasTwo ? labels[a] !== labels[b] : a !== b) cosines.push(1 - distanceOf(unit, a, b))
  }
  // Of very few pictures the most alike would be the limit.
  if (cosines.length < 1000) return 0.9
  return quantileOf(Float64Array.from(cosines).sort(), differentShare)
}

function colorDifference(colors: Uint8Array, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < colorNumbers; i++) {
    sum += Math.abs(colors[a * colorNumbers + i]! - colors[b * colorNumbers + i]!)
  }
  return sum / colorNumbers
}

/** Pairs that are tied, with what tells how alike they are. */
export interface TiedPair extends CandidatePair {
  readonly unexplained: number | null
}

/**
 * Of the candidates those that are one picture: laid over each other, one explains the other.
 * @param signatureAt of a content; null where its picture cannot be read
 */
export function* samePictures(
  pairs: readonly CandidatePair[],
  signatureAt: (content: number) => Signature | null,
  limit: number,
): Steps<TiedPair[]> {
  const tied: TiedPair[] = []
  for (const [at, pair] of pairs.entries()) {
    const [one, other] = [signatureAt(pair.first), signatureAt(pair.second)]
    if (one !== null && other !== null) {
      const unexplained = unexplainedShare(one, other)
      if (unexplained <= limit) tied.push({ ...pair, unexplained })
    }
    if (at % 64 === 63) yield at / pairs.length
  }
  return tied
}

/**
 * Pairs that are nearer by features than `factor` times the median distance of a picture to its
 * nearest other one (Cleanlab); copies of one picture are no others.
 * @param pictures the same number for contents that are one picture
 */
export function similarPairs(
  { nearest: { k, indices, distances } }: Pick<ContentSet, 'nearest'>,
  pictures: Uint32Array,
  factor: number,
): { readonly pairs: readonly TiedPair[]; readonly limit: number } {
  const firsts: number[] = []
  for (let row = 0; row < pictures.length; row++) {
    for (let at = row * k; at < (row + 1) * k; at++) {
      if (pictures[indices[at]!] === pictures[row]) continue
      if (Number.isFinite(distances[at]!)) firsts.push(distances[at]!)
      break
    }
  }
  const limit = firsts.length === 0 ? 0 : factor * quantileOf(Float64Array.from(firsts).sort(), 0.5)
  const pairs: TiedPair[] = []
  for (let row = 0; row < pictures.length; row++) {
    for (let at = row * k; at < (row + 1) * k; at++) {
      const other = indices[at]!
      if (!(distances[at]! < limit) || pictures[other] === pictures[row]) continue
      const [first, second] = row < other ? [row, other] : [other, row]
      pairs.push({ first, second, distance: distances[at]!, unexplained: null })
    }
  }
  return { pairs, limit }
}

/** The same number, that of the first, for all that are tied. */
export function groupsOfPairs(
  count: number,
  pairs: readonly Pick<CandidatePair, 'first' | 'second'>[],
): Uint32Array {
  const components = createComponents(count)
  for (const { first, second } of pairs) components.tie(first, second)
  return components.roots()
}

/** What decides which copy of a picture is kept. */
export interface CopyQuality {
  readonly widthPx: number
  readonly heightPx: number
  readonly bytes: number
  readonly modifiedAt: number
  readonly path: string
}

/** The copy to keep first: most pixels, least compressed, oldest, then by path. */
export function byWorth(a: CopyQuality, b: CopyQuality): number {
  return (
    b.widthPx * b.heightPx - a.widthPx * a.heightPx ||
    b.bytes - a.bytes ||
    a.modifiedAt - b.modifiedAt ||
    (a.path < b.path ? -1 : Number(a.path > b.path))
  )
}
