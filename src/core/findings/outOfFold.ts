import { gatherSteps, type InputSource } from '../inputSource'
import { createMatrix, type Matrix } from '../math/matrix'
import { normalizeInPlace } from '../math/normalizeRows'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { discriminantSteps } from '../starts/discriminantStart'
import { applyPreparation } from '../starts/preparation'
import { partOf, type Steps } from '../steps'
import { nearestOthers, type NearestOthers } from './nearest'

const foldCount = 5

/**
 * Deals images into folds; those of a group go together. Each label's images are dealt in turn, so
 * that no fold lacks what others can tell of it.
 * @param labels of each image, from 0
 * @param groups the same number for images that show the same thing
 * @returns fold of each image
 */
export function dealGroups(
  labels: Int32Array,
  groups: Uint32Array,
  folds: number,
  random: Random,
): Uint8Array {
  const foldOfGroup = new Map<number, number>()
  const dealt = new Map<number, number>()
  const foldOf = new Uint8Array(labels.length)
  for (const row of random.shuffle(Uint32Array.from(labels.keys()))) {
    const group = groups[row]!
    let fold = foldOfGroup.get(group)
    if (fold === undefined) {
      const label = labels[row]!
      const turn = dealt.get(label) ?? label
      dealt.set(label, turn + 1)
      fold = turn % folds
      foldOfGroup.set(group, fold)
    }
    foldOf[row] = fold
  }
  return foldOf
}

export interface OutOfFoldInput {
  readonly source: InputSource
  /** Rows of the source that have a label. */
  readonly rows: Uint32Array
  /** Of each of them, from 0 without gaps. */
  readonly labels: Int32Array
  readonly groups: Uint32Array
  /** Neighbours that vote. */
  readonly k: number
  readonly product: MatrixProduct
  readonly random: Random
}

/** Directions of the closed form. */
const embeddingSize = 128

/**
 * The nearest others of each image in an embedding that was fitted without it and its group: the
 * closed form on four folds embeds all, and the images of the fifth look for theirs among all. An
 * embedding that has learned an image hides the mistake in its label.
 * @returns in the order of the rows; indices are places among them
 */
export function* outOfFoldNeighbours(input: OutOfFoldInput): Steps<NearestOthers> {
  const { rows, labels, groups, product, random, source } = input
  const k = Math.max(0, Math.min(input.k, rows.length - 1))
  const result: NearestOthers = {
    k,
    indices: new Uint32Array(rows.length * k),
    distances: new Float32Array(rows.length * k).fill(Infinity),
  }
  if (k === 0) return result
  const foldOf = dealGroups(labels, groups, foldCount, random.fork('folds'))
  for (let fold = 0; fold < foldCount; fold++) {
    const at = (share: number) => (fold + share) / foldCount
    const asking = Uint32Array.from(foldOf.keys()).filter((place) => foldOf[place] === fold)
    if (asking.length === 0) continue
    const kept = Uint32Array.from(foldOf.keys()).filter((place) => foldOf[place] !== fold)
    const unit = yield* partOf(embedWithout({ ...input, source }, kept), at(0), at(0.6))
    const nearest = nearestOthers(unit, asking, { k, product, random: random.fork('cells') })
    const found = yield* partOf(nearest, at(0.6), at(1))
    asking.forEach((place, i) => {
      const own = [i * k, (i + 1) * k] as const
      result.indices.set(found.indices.subarray(...own), place * k)
      result.distances.set(found.distances.subarray(...own), place * k)
    })
  }
  return result
}

const blockRows = 2048

/** All rows as the closed form sees them that is fitted on `kept` places, of length 1. */
function* embedWithout(
  { source, rows, labels, product, random }: OutOfFoldInput,
  kept: Uint32Array,
): Steps<Matrix> {
  const own = Int32Array.from(kept, (place) => labels[place]!)
  if (new Set(own).size < 2 || kept.length < 3) {
    const plain = yield* gatherSteps(source, rows)
    normalizeInPlace(plain)
    return plain
  }
  const read = (from: number, to: number): Matrix => {
    const places = kept.subarray(from, to)
    const block = createMatrix(places.length, source.rowSize)
    source.read(
      Uint32Array.from(places, (place) => rows[place]!),
      block.data,
      null,
    )
    return block
  }
  const size = Math.min(embeddingSize, source.rowSize)
  const fitting = discriminantSteps({
    ...{ read, dimension: source.rowSize, labels: own, size, product },
    random: random.fork('start'),
  })
  const preparation = yield* partOf(fitting, 0, 0.7)
  const columns = preparation.projection?.columns ?? source.rowSize
  const embedded = createMatrix(rows.length, columns)
  for (let from = 0; from < rows.length; from += blockRows) {
    const to = Math.min(rows.length, from + blockRows)
    const block = createMatrix(to - from, source.rowSize)
    source.read(rows.subarray(from, to), block.data, null)
    embedded.data.set(applyPreparation(preparation, block, product).data, from * columns)
    yield 0.7 + (0.3 * to) / rows.length
  }
  normalizeInPlace(embedded)
  return embedded
}

/** Rows of a source of length 1. */
export function* unitRows(source: InputSource, rows: Uint32Array): Steps<Matrix> {
  const matrix = yield* gatherSteps(source, rows)
  normalizeInPlace(matrix)
  return matrix
}
