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
  const usable = sizes.filter((size) => size >= 2).length
  if (isByLabel && usable >= 4) return foldsByLabel(input, sizes, usable)
  return foldsByImage(input, sizes)
}

function foldsByLabel(
  { labels, keys, seed }: FoldsInput,
  sizes: readonly number[],
  usable: number,
): HeldOutFolds {
  const { folds, fewLabels } = startConstants
  const count = usable < fewLabels ? Math.floor(usable / 2) : folds
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
): HeldOutFolds | null {
  const { folds } = startConstants
  const greatest = sizes.reduce((most, size) => Math.max(most, size), 0)
  // Of a label of two, one image held out leaves no pair to learn from.
  if (greatest < 3) return null
  const foldOf = new Int32Array(labels.length).fill(-1)
  const dealt = new Uint32Array(sizes.length)
  for (const place of random.shuffle([...labels.keys()])) {
    const label = labels[place]!
    if (sizes[label]! < 3) continue
    foldOf[place] = (dealt[label]! + label) % folds
    dealt[label] = dealt[label]! + 1
  }
  return { over: 'images', count: folds, foldOf }
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
