import { describe, expect, it } from 'vitest'
import { mapsOf, placesBetweenBlocks } from '../../../../../src/core/network/graph/blocks'
import { structure, weights } from '../../../../support/tunedStructure'

const shapeOf = (name: string) => weights.find((tensor) => tensor.name === name)!.shape

describe('blocks of a network', () => {
  it('end where all that follows hangs on one map that nothing rectifies', () => {
    // c is plain, but what is before the block goes around it; e is rectified.
    expect(placesBetweenBlocks(structure.nodes)).toEqual(['d', 'f', 'unused'])
    const late = [...structure.nodes, { kind: 'sum', name: 'last', inputs: ['d', 'f'] } as const]
    expect(placesBetweenBlocks(late)).toEqual(['d', 'last'])
  })

  it('have maps of the sides, channels and multiply-adds that their nodes come to', () => {
    const nodes = structure.nodes.filter(({ name }) => name !== 'unused')
    const maps = mapsOf(nodes, shapeOf, { place: 'before', sidePx: 5 })
    const spent = [25 * 4 * 6, 25 * 9 * 6, 25 * 6 * 4, 0, 25 * 4 * 5, 9 * 25 * 5]
    const made = [25 * 6, 25 * 6, 25 * 4, 25 * 4, 25 * 5, 9 * 5]
    const countTo = (last: number) => made.slice(0, last + 1).reduce((a, b) => a + b, 0)
    const upTo = (last: number) => spent.slice(0, last + 1).reduce((a, b) => a + b, 0)
    expect(Object.fromEntries(maps)).toEqual({
      before: { sidePx: 5, channels: 3, multiplyAdds: 0, numbers: 0 },
      a: { sidePx: 5, channels: 6, multiplyAdds: upTo(0), numbers: countTo(0) },
      b: { sidePx: 5, channels: 6, multiplyAdds: upTo(1), numbers: countTo(1) },
      c: { sidePx: 5, channels: 4, multiplyAdds: upTo(2), numbers: countTo(2) },
      d: { sidePx: 5, channels: 4, multiplyAdds: upTo(2), numbers: countTo(3) },
      e: { sidePx: 5, channels: 5, multiplyAdds: upTo(4), numbers: countTo(4) },
      // A stride of 2 over 5 points gives 3.
      f: { sidePx: 3, channels: 5, multiplyAdds: upTo(5), numbers: countTo(5) },
    })
  })
})
