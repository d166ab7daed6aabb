import { distances } from '../distances'
import { compareAll } from '../evaluation/compareAll'
import { membersByLabel } from '../evaluation/ranks'
import { gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import type { Steps } from '../steps'

/** Triplets of an embedding as columns; rows are those of the embeddings. */
export interface FinalTriplets {
  readonly anchor: Uint32Array
  readonly positive: Uint32Array
  readonly negative: Uint32Array
  /** Larger is farther; of a similarity, 1 - similarity. */
  readonly positiveDistance: Float32Array
  readonly negativeDistance: Float32Array
  /** Images that were asked for their neighbours, of so many that have a label and another of it. */
  readonly anchors: number
  readonly images: number
}

export interface MineFinalInput {
  /** [n, d] */
  readonly embeddings: Matrix
  /** [n], -1 without a label */
  readonly labels: Int32Array
  /** Name of a distance of the registry. */
  readonly distance: string
  readonly product: MatrixProduct
  /** Draws the anchors where there are more images than are asked. */
  readonly random: Random
  /** Ends the search after the present block where it says so. */
  readonly isEnough?: () => boolean
  readonly anchorLimit?: number
  readonly limit?: number
}

/** As many anchors as keep the work in proportion to the images, however many these are. */
export const mostAnchors = 8192
/** Distances that are no matrix products take about as much longer. */
const slowerTimes = 8
const quickDistances: readonly string[] = ['cosine', 'dot', 'euclidean', 'squaredEuclidean']
/** Triplets that are kept: many times what a person goes through. */
const mostTriplets = 2000

/**
 * The hardest triplet of each image in an embedding: its nearest image of the same label and its
 * nearest of another. Where the second is the nearer one, the embedding takes the image for that
 * other label. In blocks: memory grows with the number of images, never with its square.
 * @returns the greatest d_ap - d_an first; none where no label has two images or there is one label
 */
export function* mineFinal(input: MineFinalInput): Steps<FinalTriplets> {
  const { embeddings, labels, random, product, isEnough } = input
  const isQuick = quickDistances.includes(input.distance)
  const { anchorLimit = isQuick ? mostAnchors : mostAnchors / slowerTimes } = input
  const labelled = rowsWithLabel(labels)
  const rows = gatherRows(embeddings, labelled)
  const labelOf = Int32Array.from(labelled, (row) => labels[row]!)
  const sizes = membersByLabel(labelOf)
  const able =
    sizes.size < 2
      ? new Uint32Array(0)
      : Uint32Array.from(labelOf.keys()).filter((place) => sizes.get(labelOf[place]!)!.length > 1)
  const anchors =
    able.length <= anchorLimit
      ? able
      : Uint32Array.from(random.shuffle([...able]).slice(0, anchorLimit)).sort()
  const found: Found[] = []
  const { isSimilarity } = distances.get(input.distance)
  const options = { distance: input.distance, product, isEnough }
  const asked = yield* compareAll(rows, anchors, options, (anchor, values) => {
    const triplet = nearestOf(values, anchor, labelOf, isSimilarity)
    if (triplet !== null) found.push(triplet)
  })
  found.sort(byGap)
  const kept = found.slice(0, input.limit ?? mostTriplets)
  const row = (place: number) => labelled[place]!
  return {
    anchor: Uint32Array.from(kept, (t) => row(t.anchor)),
    positive: Uint32Array.from(kept, (t) => row(t.positive)),
    negative: Uint32Array.from(kept, (t) => row(t.negative)),
    positiveDistance: Float32Array.from(kept, (t) => t.positiveDistance),
    negativeDistance: Float32Array.from(kept, (t) => t.negativeDistance),
    anchors: asked,
    images: able.length,
  }
}

interface Found {
  readonly anchor: number
  readonly positive: number
  readonly negative: number
  readonly positiveDistance: number
  readonly negativeDistance: number
}

const gapOf = (triplet: Found): number => triplet.positiveDistance - triplet.negativeDistance
const byGap = (one: Found, other: Found): number =>
  gapOf(other) - gapOf(one) || one.anchor - other.anchor

function rowsWithLabel(labels: Int32Array): Uint32Array {
  return Uint32Array.from(labels.keys()).filter((row) => labels[row]! >= 0)
}

/** Of equally near images the first; null where a distance is not a number. */
function nearestOf(
  values: Float32Array,
  anchor: number,
  labels: Int32Array,
  isSimilarity: boolean,
): Found | null {
  const own = labels[anchor]!
  let positive = -1
  let negative = -1
  let positiveDistance = Infinity
  let negativeDistance = Infinity
  for (let other = 0; other < values.length; other++) {
    if (other === anchor) continue
    const value = values[other]!
    const far = isSimilarity ? 1 - value : value
    if (labels[other] === own) {
      if (far < positiveDistance) {
        positive = other
        positiveDistance = far
      }
    } else if (far < negativeDistance) {
      negative = other
      negativeDistance = far
    }
  }
  if (positive < 0 || negative < 0) return null
  return { anchor, positive, negative, positiveDistance, negativeDistance }
}
