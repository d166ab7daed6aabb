import { type SplitKind, splitImages } from './splits'
import type { Random } from '../math/random'

/** What an image is used for: the numbers that splits.u8 holds. */
export const splitPart = { none: 0, train: 1, test: 2 } as const

/**
 * Divides labelled images into those to train on and those to test on. Without a split all of
 * them train, and the test, if there is one, is on the same.
 * @param labels class of each image, -1 where it has none
 * @returns a part for each image
 */
export function splitRows(input: {
  readonly labels: Int32Array
  readonly groups?: ArrayLike<number> | undefined
  readonly kind: SplitKind
  readonly testShare: number
  readonly random: Random
}): Uint8Array {
  const { labels, groups, kind, testShare, random } = input
  const split = splitImages({
    kind,
    labels,
    testShare,
    random,
    ...(groups === undefined ? {} : { groups }),
  })
  const parts = new Uint8Array(labels.length)
  if (kind !== 'none') for (const image of split.test) parts[image] = splitPart.test
  for (const image of split.train) parts[image] = splitPart.train
  return parts
}

/** Images of each class, of all or of one part of a split; 0 where a class has none there. */
export function classSizes(labels: Int32Array, split?: Uint8Array, part?: number): number[] {
  const sizes: number[] = []
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (label < 0 || (split !== undefined && split[i] !== part)) continue
    sizes[label] = (sizes[label] ?? 0) + 1
  }
  return Array.from(sizes, (size) => size ?? 0)
}

/** Of sizes of classes: those with an image. */
export const countClasses = (sizes: readonly number[]): number =>
  sizes.filter((size) => size > 0).length

/** Of sizes of classes: their images. */
export const countImages = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + size, 0)
