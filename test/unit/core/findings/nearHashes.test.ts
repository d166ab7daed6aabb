import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import { nearPairSteps } from '../../../../src/core/findings/nearHashes'
import { finish } from '../../../../src/core/steps'

const random = createRandom(7)
const word = () => random.integer(2 ** 32) >>> 0

function pairsOf(high: Uint32Array, low: Uint32Array): Set<string> {
  const pairs = new Set<string>()
  finish(nearPairSteps(high, low, (a, b) => pairs.add(`${Math.min(a, b)} ${Math.max(a, b)}`)))
  return pairs
}
function differing(a: number, b: number): number {
  let count = 0
  for (let rest = (a ^ b) >>> 0; rest !== 0; rest >>>= 1) count += rest & 1
  return count
}

describe('near pairs of hashes', () => {
  it('are all that differ in at most four bits, and no others', () => {
    const count = 400
    const high = Uint32Array.from({ length: count }, word)
    const low = Uint32Array.from({ length: count }, word)
    // Every second one is another with up to six bits turned.
    for (let at = 1; at < count; at += 2) {
      high[at] = high[at - 1]!
      low[at] = low[at - 1]!
      for (let turned = 0; turned < at % 7; turned += 1) {
        const bit = random.integer(64)
        const words = bit < 32 ? high : low
        words[at] = (words[at]! ^ (1 << (bit % 32))) >>> 0
      }
    }
    const wanted = new Set<string>()
    for (let a = 0; a < count; a += 1) {
      for (let b = a + 1; b < count; b += 1) {
        const bits = differing(high[a]!, high[b]!) + differing(low[a]!, low[b]!)
        if (bits <= 4) wanted.add(`${a} ${b}`)
      }
    }
    expect(wanted.size).toBeGreaterThan(100)
    expect(pairsOf(high, low)).toEqual(wanted)
  })

  it('are looked for in work that grows with the number, also where all hashes are alike', () => {
    const compared = (count: number) => {
      let calls = 0
      const low = Uint32Array.from({ length: count }, (_, at) => at & 7)
      finish(nearPairSteps(new Uint32Array(count), low, () => (calls += 1)))
      return calls
    }
    const [small, large] = [compared(2_000), compared(8_000)]
    expect(large / small).toBeLessThan(4.5)
  })
})
