/**
 * A number in [0, 1) that depends on the seed and the text alone: 53 bits, the same on every
 * machine. Each text draws for itself, so that what other texts there are moves nothing.
 * Two multiplicative hashes of 32 bits over the code units, each finished by the other (after
 * cyrb53, bryc 2018); not for secrets.
 * @param seed any whole number
 */
export function keyedHash(seed: number, text: string): number {
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  const mix = (word: number) => {
    low = Math.imul(low ^ word, 0x9e3779b1)
    high = Math.imul(high ^ word, 0x5f356495)
  }
  mix(seed | 0)
  mix(Math.floor(seed / 0x100000000) | 0)
  for (let i = 0; i < text.length; i++) mix(text.charCodeAt(i))
  mix(text.length)
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  return ((high >>> 11) * 0x100000000 + (low >>> 0)) / 0x20000000000000
}

/** Places of the texts in the order of their draws; equal draws in the order of the texts. */
export function orderByHash(seed: number, texts: readonly string[]): number[] {
  const draws = texts.map((text) => keyedHash(seed, text))
  return [...texts.keys()].sort(
    (a, b) =>
      draws[a]! - draws[b]! || (texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : a - b),
  )
}
