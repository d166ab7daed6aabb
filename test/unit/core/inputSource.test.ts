import { describe, expect, it } from 'vitest'
import {
  featureSource,
  gather,
  type InputSource,
  rowsWithCopies,
  sourceWithCopies,
  withoutCopies,
} from '../../../src/core/inputSource'
import { createRandom } from '../../../src/core/math/random'

/** Rows of one number: 0 to 4, and two versions of rows 1, 3 and 4 (ten and twenty times as much). */
const of = Uint32Array.of(1, 3, 4)
const behind = [0, 1, 2, 3, 4, 10, 30, 40, 20, 60, 80]
const inMemory = featureSource(Float32Array.from(behind), 1, { of, each: 2 })
const inParts = sourceWithCopies(featureSource(Float32Array.of(0, 1, 2, 3, 4), 1), of, [
  featureSource(Float32Array.of(10, 30, 40), 1),
  featureSource(Float32Array.of(20, 60, 80), 1),
])
const read = (source: InputSource, rows: readonly number[], seed: string | null = null) => {
  const target = new Float32Array(rows.length)
  source.read(rows, target, seed === null ? null : createRandom(seed))
  return [...target]
}

describe.each([
  ['in memory', inMemory],
  ['of several sources', inParts],
])('rows with copies %s', (_, source) => {
  it('counts its plain rows, and has the copies behind them', () => {
    expect(source.rows).toBe(5)
    expect(read(source, [...behind.keys()])).toEqual(behind)
    expect(read(source, [10, 0, 6, 7, 2])).toEqual([80, 0, 30, 40, 2])
    const rows = rowsWithCopies(source, Uint32Array.of(4, 1))
    expect([...gather(source, rows).data]).toEqual([4, 1, 40, 10, 80, 20])
    expect(() => rowsWithCopies(source, Uint32Array.of(2))).toThrow('no copies')
  })

  it('reads versions of a row at random where it is to be varied', () => {
    const wanted = Array.from({ length: 300 }, () => 3)
    const drawn = read(source, wanted, 'one')
    const share = (value: number) => drawn.filter((found) => found === value).length / 300
    for (const value of [3, 30, 60]) expect(share(value)).toBeCloseTo(1 / 3, 1)
    expect(read(source, wanted, 'one')).toEqual(drawn)
    expect(read(source, wanted, 'two')).not.toEqual(drawn)
    expect(read(source, [0, 2, 0, 2], 'one')).toEqual([0, 2, 0, 2])
  })

  it('is plain without them', () => {
    const plain = withoutCopies(source)
    expect(plain.copies).toBeUndefined()
    expect(read(plain, [3, 1, 4], 'one')).toEqual([3, 1, 4])
    expect(rowsWithCopies(plain, Uint32Array.of(2, 0))).toEqual(Uint32Array.of(2, 0))
  })
})
