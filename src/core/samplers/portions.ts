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
 * other images of the class, and a class smaller than a portion with copies of its own. The work
 * grows with the number of images.
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
    // Only the last one can be short, and all others come before it.
    const missing = Math.min(size - portion.length, from)
    for (const place of drawPlaces(missing, from, random)) portion.push(order[place]!)
    portions.push(filledUp(label, portion, size))
  }
  return portions
}

/** One portion drawn from a class; the work grows with the portion alone. */
export function drawPortion(
  label: number,
  images: readonly number[],
  size: number,
  random: Random,
): Portion {
  const places = drawPlaces(Math.min(size, images.length), images.length, random)
  return filledUp(
    label,
    Array.from(places, (place) => images[place]!),
    size,
  )
}

/** `count` different numbers below `bound`, all sets alike (Floyd; Bentley 1987), in random order. */
function drawPlaces(count: number, bound: number, random: Random): number[] {
  const chosen = new Set<number>()
  for (let last = bound - count; last < bound; last++) {
    const drawn = random.integer(last + 1)
    chosen.add(chosen.has(drawn) ? last : drawn)
  }
  return random.shuffle([...chosen])
}

function filledUp(label: number, images: number[], size: number): Portion {
  const distinct = images.length
  for (let k = 0; images.length < size; k++) images.push(images[k % distinct]!)
  return { label, images, distinct }
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
