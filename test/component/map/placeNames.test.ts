import { describe, expect, it } from 'vitest'
import { placeNames } from '../../../src/renderer/src/features/map/placeNames'

const size = { width: 400, height: 300 }
const view = { centerX: 0, centerY: 0, scale: 10 }

describe('placeNames', () => {
  it('writes no name over another, the one with most points first', () => {
    const shown = placeNames(
      [
        { name: 'few', x: 0, y: 0.2, points: 2 },
        { name: 'many', x: 0, y: 0, points: 9 },
        { name: 'away', x: 0, y: 8, points: 1 },
      ],
      view,
      size,
    )
    expect(shown.map(({ place }) => place.name)).toEqual(['many', 'away'])
    expect(shown[0]).toMatchObject({ x: 200, y: 137 })
  })
  it('brings out more names where one zooms in, and none that would be cut', () => {
    const places = [
      { name: 'one', x: 0, y: 0, points: 2 },
      { name: 'two', x: 0, y: 0.5, points: 1 },
      { name: 'outside', x: 100, y: 0, points: 5 },
    ]
    expect(placeNames(places, view, size)).toHaveLength(1)
    expect(placeNames(places, { ...view, scale: 100 }, size)).toHaveLength(2)
  })
})
