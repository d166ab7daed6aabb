import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import { exactNeighbours, finish, normalizedRows } from '../../../../src/core/projection'
import { layoutInArrays } from '../../../../src/core/projection/umapArrays'
import { layoutByLibrary } from '../../../../src/core/projection/umapLibrary'
import { clusters } from './clusters'

const count = 6
const rows = 240

// Few points go to the library and many into arrays: both must draw the same kind of map.
describe.each([
  ['umap-js', layoutByLibrary],
  ['typed arrays', layoutInArrays],
])('the layout by %s', (_, layout) => {
  const graph = finish(exactNeighbours(normalizedRows(clusters(rows, 32, count, 0.5)), 14))
  const place = (seed: number) => {
    const random = createRandom(seed)
    const begin = Float64Array.from({ length: 2 * rows }, () => random.normal(0, 3))
    return finish(layout(graph, begin, { neighbours: 15, epochs: 200, random }))
  }

  it('lays each cluster together, apart from the others', { timeout: 60_000 }, () => {
    const plane = place(1)
    expect(plane).toHaveLength(2 * rows)
    let right = 0
    for (let i = 0; i < rows; i++) {
      let nearest = -1
      let least = Infinity
      for (let j = 0; j < rows; j++) {
        const away = Math.hypot(
          plane[2 * i]! - plane[2 * j]!,
          plane[2 * i + 1]! - plane[2 * j + 1]!,
        )
        if (j === i || !(away < least)) continue
        nearest = j
        least = away
      }
      if (nearest % count === i % count) right++
    }
    expect(right / rows).toBeGreaterThan(0.95)
  })

  it('gives the same numbers for the same seed', { timeout: 60_000 }, () => {
    expect(place(3)).toEqual(place(3))
    expect(place(4)).not.toEqual(place(3))
  })
})
