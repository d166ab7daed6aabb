import { foldsOfLabels } from '../evaluation/heldOutLabels'
import type { Random } from '../math/random'
import { startConstants } from './startConstants'

/** Training rows dealt into parts that are held out in turn. */
export interface HeldOutFolds {
  /** Whole labels, as a split by label tests; or images of labels that train too. */
  readonly over: 'labels' | 'images'
  readonly count: number
  /** Of each training row, from 0; -1 for those that are never held out. */
  readonly foldOf: Int32Array
}

export interface FoldsInput {
  /** Class of each training row, from 0 without gaps. */
  readonly labels: Int32Array
  /** What each class is known by; absent: its number. */
  readonly keys?: readonly string[]
  readonly seed: number
  /** What the run keeps unseen: folds are of the same kind, but for too few labels by image. */
  readonly isByLabel: boolean
  /** Deals images. */
  readonly random: Random
}

/**
 * Five folds of labels with two images or more, or for few labels as many as leave two a fold. By
 * image, each label's images are dealt in turn. Null where nothing can be held out: no label has
 * three images, and fewer than four have two.
 */
export function dealFolds(input: FoldsInput): HeldOutFolds | null {
  const { labels, isByLabel } = input
  const sizes: number[] = []
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1
  const folds = foldsOfSizes(sizes, isByLabel)
  if (folds === null) return null
  return folds.over === 'labels'
    ? foldsByLabel(input, sizes, folds.count)
    : foldsByImage(input, sizes, folds.count)
}

/** Over what `dealFolds` deals, and into how many, from the images of each class. */
export function foldsOfSizes(
  sizes: readonly number[],
  isByLabel: boolean,
): Pick<HeldOutFolds, 'over' | 'count'> | null {
  const { folds, fewLabels } = startConstants
  const usable = sizes.filter((size) => size >= 2).length
  if (isByLabel && usable >= 4) {
    return { over: 'labels', count: usable < fewLabels ? Math.floor(usable / 2) : folds }
  }
  // Of a label of two, one image held out leaves no pair to learn from.
  return sizes.some((size) => size >= leastImagesByImage) ? { over: 'images', count: folds } : null
}

/**
 * How many of the folds are trained without: all with few labels and where training costs little,
 * else one.
 * @param units labels or images that some fold holds out
 */
export function foldsToTrain(
  { over, count }: Pick<HeldOutFolds, 'over' | 'count'>,
  { units, rows, headSize }: Record<'units' | 'rows' | 'headSize', number>,
): number {
  const { folds, fewLabels, fewRows, narrowHead } = startConstants
  const isFew = units < (over === 'images' ? fewLabels * folds : fewLabels)
  const isCheap = rows <= fewRows && headSize <= narrowHead
  return isFew || isCheap ? count : 1
}

/** How many labels or images some fold holds out. */
export function unitsHeldOut(
  sizes: readonly number[],
  { over }: Pick<HeldOutFolds, 'over'>,
): number {
  return over === 'labels'
    ? sizes.filter((size) => size >= 2).length
    : sizes.reduce((sum, size) => sum + (size >= leastImagesByImage ? size : 0), 0)
}

const leastImagesByImage = 3

function foldsByLabel(
  { labels, keys, seed }: FoldsInput,
  sizes: readonly number[],
  count: number,
): HeldOutFolds {
  const ofLabel = foldsOfLabels({
    keys: keys ?? sizes.map((_, label) => String(label)),
    seed,
    purpose: 'validation',
    isEligible: (label) => (sizes[label] ?? 0) >= 2,
    folds: count,
  })
  return { over: 'labels', count, foldOf: Int32Array.from(labels, (label) => ofLabel[label]!) }
}

function foldsByImage(
  { labels, random }: FoldsInput,
  sizes: readonly number[],
  count: number,
): HeldOutFolds {
  const foldOf = new Int32Array(labels.length).fill(-1)
  const dealt = new Uint32Array(sizes.length)
  for (const place of random.shuffle([...labels.keys()])) {
    const label = labels[place]!
    if (sizes[label]! < leastImagesByImage) continue
    foldOf[place] = (dealt[label]! + label) % count
    dealt[label] = dealt[label]! + 1
  }
  return { over: 'images', count, foldOf }
}

/** Places of the rows that one fold holds out, and of all others. */
export function placesOfFold(
  { foldOf }: HeldOutFolds,
  fold: number,
): { readonly heldOut: Uint32Array; readonly kept: Uint32Array } {
  const places = Uint32Array.from(foldOf.keys())
  return {
    heldOut: places.filter((place) => foldOf[place] === fold),
    kept: places.filter((place) => foldOf[place] !== fold),
  }
}
