import { AppError } from '../../shared/errors'
import type { Random } from '../math/random'
import type { SampledBatch, SamplerContext } from './sampler'

/** K images of one class. */
export interface Portion {
  readonly label: number
  readonly images: readonly number[]
  /** How many of them, from the front, are not copies. */
  readonly distinct: number
}

/** Images by label in index order, without those that have none. */
export function labelledMembers(context: SamplerContext): Map<number, number[]> {
  const members = new Map<number, number[]>()
  for (let i = 0; i < context.labels.length; i++) {
    const label = context.labels[i]!
    if (label < 0) continue
    const list = members.get(label)
    if (list === undefined) members.set(label, [i])
    else list.push(i)
  }
  return members
}

/** @throws AppError noClassWithTwoImages where no image has another of its class */
export function requirePairs(members: ReadonlyMap<number, readonly number[]>): void {
  for (const images of members.values()) if (images.length > 1) return
  throw new AppError(
    'noClassWithTwoImages',
    'No class has two images, so there is nothing that belongs together to learn from. Give at least one label to two images.',
  )
}

/**
 * Cuts a class into portions of `size`, each image in one of them. The last one is filled up with
 * other images of the class, and a class smaller than a portion with copies of its own.
 */
export function cutClass(
  label: number,
  images: readonly number[],
  size: number,
  random: Random,
): Portion[] {
  const order = random.shuffle(images.slice())
  const portions: Portion[] = []
  for (let from = 0; from < order.length; from += size) {
    const portion = order.slice(from, from + size)
    const others = random.shuffle(order.filter((image) => !portion.includes(image)))
    while (portion.length < size && others.length > 0) portion.push(others.pop()!)
    const distinct = portion.length
    for (let k = 0; portion.length < size; k++) portion.push(portion[k % distinct]!)
    portions.push({ label, images: portion, distinct })
  }
  return portions
}

/** One portion drawn from a class. */
export function drawPortion(
  label: number,
  images: readonly number[],
  size: number,
  random: Random,
): Portion {
  return cutClass(label, images, size, random)[0]!
}

export function batchOf(portions: readonly Portion[], singles: readonly number[]): SampledBatch {
  const images: number[] = []
  const isCopy: number[] = []
  for (const portion of portions) {
    portion.images.forEach((image, at) => {
      images.push(image)
      isCopy.push(at < portion.distinct ? 0 : 1)
    })
  }
  for (const single of singles) {
    images.push(single)
    isCopy.push(0)
  }
  return { images: Uint32Array.from(images), isCopy: Uint8Array.from(isCopy) }
}
