import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { finish, partOf, type Steps } from '../steps'
import { bootstrapSteps, type Interval } from './bootstrap'
import { compareAll } from './compareAll'
import { VoteCollector } from './confusion'
import { type ClassReport, reportPerClass } from './perClass'
import { askingOf } from './ranks'
import { RetrievalCollector } from './retrieval'

/** A class, how well its images find each other, and with what the vote takes them. */
interface ClassQuality extends Pick<ClassReport, 'label' | 'queries'> {
  /** The means are null where there are no queries. */
  readonly precisionAt1: number | null
  readonly rPrecision: number | null
  readonly mapAtR: number | null
  readonly images: number
  /** Of them those whose neighbours voted: all, or the sample. */
  readonly asked: number
  /** Images of the class that the vote takes for it; null where it has too few to win one. */
  readonly right: number | null
  /** The class that most of the others are taken for; null where there are no others. */
  readonly confusedWith: { readonly label: number; readonly count: number } | null
}

export interface QualityReport {
  /** Null without queries. */
  readonly precisionAt1: number | null
  readonly rPrecision: number | null
  readonly mapAtR: Interval | null
  readonly queries: number
  /** More than `queries` where those are a sample. */
  readonly queriesInAll: number
  /** Images whose neighbours voted: all, or the sample. */
  readonly asked: number
  /** Share of those whose vote is right, in the classes that can win one; null without any. */
  readonly accuracy: number | null
  /** Worst MAP@R first; classes of one image, which ask for nothing, last. */
  readonly classes: readonly ClassQuality[]
  /** Images of `label` that the vote takes for `predicted`, most first; of classes that can win. */
  readonly confusions: readonly {
    readonly label: number
    readonly predicted: number
    /** Rows of those images. */
    readonly places: readonly number[]
  }[]
}

/** Neighbours that vote, unless told otherwise. */
export const votingNeighbours = 5

/** Images that a class needs for the others of it to be most of an image's k voters. */
const leastVotedFor = (k: number): number => Math.ceil(k / 2) + 1

export interface QualityOptions {
  readonly random: Random
  readonly product: MatrixProduct
  readonly k?: number
  /** See `RetrievalOptions`. */
  readonly mostPairs?: number
}

/**
 * Retrieval and confusion of embeddings by class, both leave-one-out by cosine.
 * @param embeddings [n, d]
 * @param labels [n]
 */
export function reportQuality(
  embeddings: Matrix,
  labels: Int32Array,
  options: QualityOptions,
): QualityReport {
  return finish(qualitySteps(embeddings, labels, options))
}

/** Share of the work that comparing takes; the rest is the interval. */
const comparingShare = 0.95

/** The same in steps: each distance is computed once, for the ranks and for the votes. */
export function* qualitySteps(
  embeddings: Matrix,
  labels: Int32Array,
  options: QualityOptions,
): Steps<QualityReport> {
  const { random, product, k = votingNeighbours, mostPairs } = options
  const asked = new RetrievalCollector(labels, { random, mostPairs })
  const votes = new VoteCollector(embeddings, labels, k)
  // Images alone in their class ask for nothing, but their neighbours vote.
  const isAsking = new Uint8Array(labels.length)
  for (const query of asked.queries) isAsking[query] = 1
  const isSample = asked.queries.length < askingOf(labels).length
  const queries = isSample
    ? asked.queries
    : Uint32Array.from({ length: labels.length }, (_, image) => image)
  const comparing = compareAll(embeddings, queries, { product }, (image, cosines) => {
    if (isAsking[image] === 1) asked.add(image, cosines)
    votes.add(image, cosines)
  })
  yield* partOf(comparing, 0, comparingShare)
  const retrieval = asked.report()
  const confusion = votes.report()
  const images = new Map<number, number>()
  const right = new Map<number, number>()
  const voted = new Map<number, number>()
  const places = new Map<string, number[]>()
  for (const label of labels) images.set(label, (images.get(label) ?? 0) + 1)
  const canWin = (label: number): boolean => images.get(label)! >= leastVotedFor(k)
  const pairs = confusion.pairs.filter(({ label }) => canWin(label))
  let canWinAsked = 0
  labels.forEach((label, row) => {
    if (confusion.isAsked[row] === 0) return
    voted.set(label, (voted.get(label) ?? 0) + 1)
    if (!canWin(label)) return
    canWinAsked++
    const predicted = confusion.predicted[row]!
    if (predicted === label) right.set(label, (right.get(label) ?? 0) + 1)
    const key = `${label} ${predicted}`
    const known = places.get(key)
    if (known === undefined) places.set(key, [row])
    else known.push(row)
  })
  const mapAtR = yield* partOf(
    bootstrapSteps(retrieval.perQuery.mapAtR, { random }),
    comparingShare,
    1,
  )
  const asking = reportPerClass(retrieval)
  const known = new Set(asking.map(({ label }) => label))
  const alone = [...images.keys()]
    .filter((label) => !known.has(label))
    .sort((a, b) => a - b)
    .map((label) => ({
      label,
      queries: 0,
      precisionAt1: null,
      rPrecision: null,
      mapAtR: null,
    }))
  return {
    precisionAt1: retrieval.precisionAt1,
    rPrecision: retrieval.rPrecision,
    mapAtR,
    queries: retrieval.queries,
    queriesInAll: retrieval.queriesInAll,
    asked: confusion.asked,
    accuracy: rightInAll([...right.values()], canWinAsked),
    classes: [...asking, ...alone].map((entry) => {
      // Pairs come most frequent first.
      const worst = pairs.find(({ label }) => label === entry.label)
      return {
        ...entry,
        images: images.get(entry.label)!,
        asked: voted.get(entry.label) ?? 0,
        right: canWin(entry.label) ? (right.get(entry.label) ?? 0) : null,
        confusedWith: worst === undefined ? null : { label: worst.predicted, count: worst.count },
      }
    }),
    confusions: pairs.map(({ label, predicted }) => ({
      label,
      predicted,
      places: places.get(`${label} ${predicted}`) ?? [],
    })),
  }
}

const rightInAll = (right: readonly number[], asked: number): number | null =>
  asked === 0 ? null : right.reduce((sum, count) => sum + count, 0) / asked
