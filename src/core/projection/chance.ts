/**
 * A hash of three numbers, 32 bits (the finisher of MurmurHash3, Appleby 2011): chance that depends
 * on what it is for and not on which thread asks or when.
 */
export function hashOf(seed: number, one: number, other: number): number {
  let hash = seed ^ Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca77)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
