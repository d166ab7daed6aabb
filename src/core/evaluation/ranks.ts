import { distances } from '../distances'
import type { ComparisonOptions } from './compareAll'

export interface RankingOptions extends ComparisonOptions {
  /** Images to ask for; all by default. Those alone in their class are skipped. */
  readonly queries?: ArrayLike<number> | undefined
}

/** Those of the images, all by default, that have another one of their class to ask for. */
export function askingOf(
  labels: ArrayLike<number>,
  images: ArrayLike<number> = Uint32Array.from({ length: labels.length }, (_, i) => i),
): Uint32Array {
  const sizes = new Map<number, number>()
  for (let i = 0; i < labels.length; i++) sizes.set(labels[i]!, (sizes.get(labels[i]!) ?? 0) + 1)
  return Uint32Array.from(images).filter((image) => sizes.get(labels[image]!)! > 1)
}

/** Images by label, in index order. */
export function membersByLabel(labels: ArrayLike<number>): Map<number, number[]> {
  const members = new Map<number, number[]>()
  for (let i = 0; i < labels.length; i++) {
    const list = members.get(labels[i]!)
    if (list === undefined) members.set(labels[i]!, [i])
    else list.push(i)
  }
  return members
}

/** Up to so many images to look for, a search among them is quicker than ordering all. */
const fewRelevant = 16
/** Digits of a key in radix 2048. */
const digitBits = 11
const digits = 3
const radix = 2 ** digitBits
/** Marks an image of the query's own class beside its index. */
const ownClass = 0x80000000

/**
 * Ranks of a query's class among all images. The work for a query grows with the number of images:
 * where many are looked for, all that come before the last of them are ordered by radix, digit by
 * digit.
 */
export class Ranker {
  private readonly sign: number
  private readonly members: Map<number, number[]>
  /** Keys in an order that unsigned integers have too, and whose they are. */
  private keys: Uint32Array<ArrayBuffer>
  private images: Uint32Array<ArrayBuffer>
  private otherKeys: Uint32Array<ArrayBuffer>
  private otherImages: Uint32Array<ArrayBuffer>
  private readonly counts = new Uint32Array(digits * radix)
  private readonly number = new Float32Array(1)
  private readonly bits = new Int32Array(this.number.buffer)

  /** @param labels [n]; @param distance name of a distance of the registry, cosine by default */
  constructor(
    private readonly labels: ArrayLike<number>,
    distance = 'cosine',
  ) {
    this.sign = distances.get(distance).isSimilarity ? -1 : 1
    this.members = membersByLabel(labels)
    const most = [...this.members.values()].reduce((size, list) => Math.max(size, list.length), 0)
    const size = most - 1 > fewRelevant ? labels.length : 0
    this.keys = new Uint32Array(size)
    this.images = new Uint32Array(size)
    this.otherKeys = new Uint32Array(size)
    this.otherImages = new Uint32Array(size)
  }

  /**
   * Ranks of the other images of the query's class, ascending.
   * @param values distances of the query to all images, [n]
   */
  ranksOf(query: number, values: Float32Array): Uint32Array {
    const members = this.members.get(this.labels[query]!)!
    return members.length - 1 <= fewRelevant
      ? this.searched(query, values, members)
      : this.ordered(query, values, members)
  }

  private searched(query: number, values: Float32Array, members: readonly number[]): Uint32Array {
    const { sign, labels } = this
    const relevant = Uint32Array.from(members.filter((member) => member !== query)).sort(
      (a, b) => sign * (values[a]! - values[b]!) || a - b,
    )
    const count = relevant.length
    const relevantKeys = Float64Array.from(relevant, (index) => sign * values[index]!)
    const worst = relevantKeys[count - 1]!
    // before[m]: others that come before the m-th relevant one, but after the one before it.
    const before = new Uint32Array(count + 1)
    const label = labels[query]
    for (let j = 0; j < values.length; j++) {
      const key = sign * values[j]!
      if (key > worst || labels[j] === label) continue
      let low = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >> 1
        const other = relevantKeys[middle]!
        if (other < key || (other === key && relevant[middle]! < j)) low = middle + 1
        else high = middle
      }
      before[low] = before[low]! + 1
    }
    const ranks = new Uint32Array(count)
    let passed = 0
    for (let m = 0; m < count; m++) {
      passed += before[m]!
      ranks[m] = m + 1 + passed
    }
    return ranks
  }

  private ordered(query: number, values: Float32Array, members: readonly number[]): Uint32Array {
    const count = this.collect(query, values, members)
    this.order(count)
    const ranks = new Uint32Array(members.length - 1)
    let found = 0
    for (let place = 0; found < ranks.length && place < count; place++) {
      if (this.images[place]! >= ownClass) ranks[found++] = place + 1
    }
    return ranks
  }

  /** Puts down all images up to the last of the query's class; returns how many. */
  private collect(query: number, values: Float32Array, members: readonly number[]): number {
    const { labels, keys, images, counts } = this
    let worst = 0
    for (const member of members) {
      if (member !== query) worst = Math.max(worst, this.keyOf(values[member]!))
    }
    counts.fill(0)
    const label = labels[query]
    let count = 0
    for (let j = 0; j < values.length; j++) {
      const key = this.keyOf(values[j]!)
      if (key > worst || j === query) continue
      keys[count] = key
      images[count] = labels[j] === label ? (j | ownClass) >>> 0 : j
      count++
      const low = key & (radix - 1)
      const middle = radix + ((key >>> digitBits) & (radix - 1))
      const high = 2 * radix + (key >>> (2 * digitBits))
      counts[low] = counts[low]! + 1
      counts[middle] = counts[middle]! + 1
      counts[high] = counts[high]! + 1
    }
    return count
  }

  /** An unsigned integer that orders as signed floats do, 0 and -0 alike. */
  private keyOf(value: number): number {
    this.number[0] = this.sign * value + 0
    const bits = this.bits[0]!
    return (bits ^ ((bits >> 31) | 0x80000000)) >>> 0
  }

  /** Orders by key; those with the same key stay in the order of their indices. */
  private order(count: number): void {
    const { counts } = this
    for (let digit = 0; digit < digits; digit++) {
      const start = digit * radix
      let place = 0
      let isOne = false
      for (let at = start; at < start + radix; at++) {
        const here = counts[at]!
        if (here === count) isOne = true
        counts[at] = place
        place += here
      }
      if (isOne) continue
      const shift = digit * digitBits
      const { keys, images, otherKeys, otherImages } = this
      for (let i = 0; i < count; i++) {
        const key = keys[i]!
        const at = start + ((key >>> shift) & (radix - 1))
        const to = counts[at]!
        counts[at] = to + 1
        otherKeys[to] = key
        otherImages[to] = images[i]!
      }
      this.keys = otherKeys
      this.images = otherImages
      this.otherKeys = keys
      this.otherImages = images
    }
  }
}
