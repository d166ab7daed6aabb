import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { bootstrapInterval, type Interval } from './bootstrap'
import { confusionByVote } from './confusion'
import { type ClassReport, reportPerClass } from './perClass'
import { evaluateRetrieval } from './retrieval'

/** A class, how well its images find each other, and with what the vote takes them. */
export interface ClassQuality extends ClassReport {
  readonly images: number
  /** Images of the class that the vote takes for it. */
  readonly right: number
  /** The class that most of the others are taken for; null where there are no others. */
  readonly confusedWith: { readonly label: number; readonly count: number } | null
}

export interface QualityReport {
  readonly precisionAt1: number
  readonly rPrecision: number
  readonly mapAtR: Interval
  readonly queries: number
  /** Share of images whose vote is right. */
  readonly accuracy: number
  /** Worst MAP@R first; classes of one image, which ask for nothing, last. */
  readonly classes: readonly ClassQuality[]
  /** Images of `label` that the vote takes for `predicted`, most first. */
  readonly confusions: readonly {
    readonly label: number
    readonly predicted: number
    /** Rows of those images. */
    readonly places: readonly number[]
  }[]
}

/** Neighbours that vote, unless told otherwise. */
export const votingNeighbours = 5

/**
 * Retrieval and confusion of embeddings by class, both leave-one-out by cosine.
 * @param embeddings [n, d]
 * @param labels [n]
 */
export function reportQuality(
  embeddings: Matrix,
  labels: Int32Array,
  options: { readonly random: Random; readonly product: MatrixProduct; readonly k?: number },
): QualityReport {
  const { random, product, k = votingNeighbours } = options
  const retrieval = evaluateRetrieval(embeddings, labels, { distance: 'cosine', product })
  const confusion = confusionByVote(embeddings, labels, { k, product })
  const images = new Map<number, number>()
  const right = new Map<number, number>()
  labels.forEach((label, row) => {
    images.set(label, (images.get(label) ?? 0) + 1)
    if (confusion.predicted[row] === label) right.set(label, (right.get(label) ?? 0) + 1)
  })
  const places = new Map<string, number[]>()
  confusion.predicted.forEach((predicted, row) => {
    const key = `${labels[row]} ${predicted}`
    const known = places.get(key)
    if (known === undefined) places.set(key, [row])
    else known.push(row)
  })
  const asking = reportPerClass(retrieval)
  const known = new Set(asking.map(({ label }) => label))
  const alone = [...images.keys()]
    .filter((label) => !known.has(label))
    .sort((a, b) => a - b)
    .map((label) => ({ label, queries: 0, precisionAt1: 0, rPrecision: 0, mapAtR: 0 }))
  return {
    precisionAt1: retrieval.precisionAt1,
    rPrecision: retrieval.rPrecision,
    mapAtR: bootstrapInterval(retrieval.perQuery.mapAtR, { random }),
    queries: retrieval.queries,
    accuracy: confusion.accuracy,
    classes: [...asking, ...alone].map((entry) => {
      // Pairs come most frequent first.
      const worst = confusion.pairs.find(({ label }) => label === entry.label)
      return {
        ...entry,
        images: images.get(entry.label)!,
        right: right.get(entry.label) ?? 0,
        confusedWith: worst === undefined ? null : { label: worst.predicted, count: worst.count },
      }
    }),
    confusions: confusion.pairs.map(({ label, predicted }) => ({
      label,
      predicted,
      places: places.get(`${label} ${predicted}`) ?? [],
    })),
  }
}
