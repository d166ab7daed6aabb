import type { Steps } from '../steps'

/** Bits of 64 in which hashes of one picture may differ. */
const mostDiffering = 4
/** Blocks that the 64 bits are cut into; two of six are equal where four bits differ. */
const blocks: readonly (readonly [word: 0 | 1, shift: number, bits: number])[] = [
  [0, 0, 11],
  [0, 11, 11],
  [0, 22, 10],
  [1, 0, 11],
  [1, 11, 11],
  [1, 22, 10],
]
/**
 * Hashes of one key that each is compared with, at most. More come together only where all pictures
 * of a set look alike, and then a hash says nothing.
 */
const mostCompared = 64
const indexRange = 2 ** 31

/**
 * Tells of all pairs of hashes that differ in at most four bits, some of them more than once. Only
 * hashes are compared that are equal in two of six blocks, so the work grows with their number, not
 * with its square.
 * @param high upper 32 bits of each hash
 * @param low lower 32 bits of each hash
 */
export function* nearPairSteps(
  high: Uint32Array,
  low: Uint32Array,
  onPair: (a: number, b: number) => void,
): Steps<void> {
  const words = [high, low] as const
  const part = (block: number, at: number): number => {
    const [word, shift, bits] = blocks[block]!
    return (words[word][at]! >>> shift) & ((1 << bits) - 1)
  }
  const keyed = new Float64Array(high.length)
  for (let first = 0; first < blocks.length; first += 1) {
    for (let second = first + 1; second < blocks.length; second += 1) {
      for (let at = 0; at < keyed.length; at += 1) {
        keyed[at] = (part(first, at) * 2048 + part(second, at)) * indexRange + at
      }
      keyed.sort()
      for (let i = 0; i < keyed.length; i += 1) {
        const key = Math.floor(keyed[i]! / indexRange)
        const a = keyed[i]! % indexRange
        const last = Math.min(keyed.length - 1, i + mostCompared)
        for (let j = i + 1; j <= last && Math.floor(keyed[j]! / indexRange) === key; j += 1) {
          const b = keyed[j]! % indexRange
          const differing = bitsOf(high[a]! ^ high[b]!) + bitsOf(low[a]! ^ low[b]!)
          if (differing <= mostDiffering) onPair(a, b)
        }
      }
      yield (first + 1) / blocks.length
    }
  }
}

function bitsOf(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555)
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333)
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
