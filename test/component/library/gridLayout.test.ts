import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type GridMeasures,
  isHeader,
  layoutGrid,
  moveInGrid,
  rowAt,
  rowOfImage,
} from '../../../src/renderer/src/features/library/gridLayout'

const measures: GridMeasures = {
  widthPx: 430,
  cellPx: 100,
  gapPx: 10,
  headerPx: 36,
  captionPx: 0,
}
/** Five images of label 3, then two without a label. */
const labelIds = Uint32Array.of(3, 3, 3, 3, 3, 0, 0)
const layout = layoutGrid(labelIds, true, measures)

describe('layoutGrid', () => {
  it('places a header and full rows for each label', () => {
    expect(layout.columnCount).toBe(4)
    expect(layout.groups).toEqual([
      { labelId: 3, start: 0, end: 5 },
      { labelId: 0, start: 5, end: 7 },
    ])
    expect([...layout.rowStart]).toEqual([0, 0, 4, 5, 5])
    expect([...layout.rowEnd]).toEqual([0, 4, 5, 5, 7])
    expect([...layout.rowTop]).toEqual([0, 36, 146, 256, 292, 402])
    expect([0, 1, 2, 3, 4].map((row) => isHeader(layout, row))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ])
  })

  it('has no header where the order is not by label', () => {
    const flat = layoutGrid(labelIds, false, { ...measures, captionPx: 22 })
    expect(flat.rowCount).toBe(2)
    expect([...flat.rowTop]).toEqual([0, 132, 264])
  })

  it('shows one column where the window is narrower than a picture', () => {
    expect(layoutGrid(labelIds, true, { ...measures, widthPx: 40 }).columnCount).toBe(1)
  })

  it('is empty without images', () => {
    const empty = layoutGrid(new Uint32Array(), true, measures)
    expect(empty.rowCount).toBe(0)
    expect(rowAt(empty, 0)).toBe(-1)
    expect(moveInGrid(empty, 0, 'down', 400)).toBe(-1)
  })

  it('holds every image exactly once, in the row that finds it', () => {
    const groups = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(groups, fc.integer({ min: 60, max: 900 }), (sizes, widthPx) => {
        const ids = Uint32Array.from(sizes.flatMap((size, label) => Array(size).fill(label + 1)))
        const grid = layoutGrid(ids, true, { ...measures, widthPx })
        expect(grid.groups.map(({ start, end }) => end - start)).toEqual(sizes)
        for (let index = 0; index < ids.length; index++) {
          const row = rowOfImage(grid, index)
          expect(grid.rowStart[row]! <= index && index < grid.rowEnd[row]!).toBe(true)
          expect(rowAt(grid, grid.rowTop[row]!)).toBe(row)
          expect(grid.groups[grid.rowGroup[row]!]!.labelId).toBe(ids[index])
        }
      }),
    )
  })

  it('lays out 100,000 images fast enough to follow a slider', () => {
    const many = Uint32Array.from({ length: 100_000 }, (_, index) => 1 + Math.floor(index / 113))
    const start = performance.now()
    const grid = layoutGrid(many, true, { ...measures, widthPx: 1200 })
    expect(grid.rowEnd.at(-1)).toBe(100_000)
    expect(performance.now() - start).toBeLessThan(200)
  })
})

describe('moveInGrid', () => {
  it('moves along and over the rows', () => {
    expect(moveInGrid(layout, 0, 'right', 400)).toBe(1)
    expect(moveInGrid(layout, 0, 'left', 400)).toBe(0)
    expect(moveInGrid(layout, 6, 'right', 400)).toBe(6)
    expect(moveInGrid(layout, 0, 'down', 400)).toBe(4)
    expect(moveInGrid(layout, 5, 'up', 400)).toBe(4)
    expect(moveInGrid(layout, 3, 'first', 400)).toBe(0)
    expect(moveInGrid(layout, 3, 'last', 400)).toBe(6)
  })

  it('takes the last picture of a shorter row, and stays at the ends', () => {
    expect(moveInGrid(layout, 3, 'down', 400)).toBe(4)
    expect(moveInGrid(layout, 4, 'down', 400)).toBe(5)
    expect(moveInGrid(layout, 2, 'up', 400)).toBe(2)
    expect(moveInGrid(layout, 6, 'down', 400)).toBe(6)
  })

  it('moves by pages', () => {
    expect(moveInGrid(layout, 1, 'pageDown', 260)).toBe(6)
    expect(moveInGrid(layout, 6, 'pageUp', 260)).toBe(1)
    expect(moveInGrid(layout, 6, 'pageUp', 9000)).toBe(1)
    expect(moveInGrid(layout, 0, 'pageDown', 9000)).toBe(5)
  })
})
