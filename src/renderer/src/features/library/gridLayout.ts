/** Images of one label, rows `start` to `end` (exclusive) of the columns. */
export interface GridGroup {
  /** 0 where the images have no label. */
  readonly labelId: number
  readonly start: number
  readonly end: number
}

export interface GridLayout {
  readonly columnCount: number
  /** Side of a picture's cell. */
  readonly cellPx: number
  readonly gapPx: number
  readonly groups: readonly GridGroup[]
  readonly rowCount: number
  /** Top edge of each row, and below the last one the height of all. */
  readonly rowTop: Float64Array
  /** First image of each row; a header's own start and end are equal. */
  readonly rowStart: Uint32Array
  readonly rowEnd: Uint32Array
  /** Index into `groups`. */
  readonly rowGroup: Uint32Array
}

export interface GridMeasures {
  readonly widthPx: number
  /** Wished side of a cell; stretched so that whole columns fill the width. */
  readonly cellPx: number
  readonly gapPx: number
  readonly headerPx: number
  /** Below each picture; 0 for none. */
  readonly captionPx: number
}

/**
 * Places images in rows: one block with a header a label where `isGrouped`, else one block
 * without header. Images of a label must stand together in `labelIds`.
 */
export function layoutGrid(
  labelIds: Uint32Array,
  isGrouped: boolean,
  measures: GridMeasures,
): GridLayout {
  const { widthPx, gapPx, headerPx, captionPx } = measures
  const columnCount = Math.max(1, Math.floor((widthPx + gapPx) / (measures.cellPx + gapPx)))
  const cellPx = Math.max(1, Math.floor((widthPx + gapPx) / columnCount) - gapPx)
  const groups = groupsOf(labelIds, isGrouped)

  let rowCount = 0
  for (const { start, end } of groups) {
    rowCount += Math.ceil((end - start) / columnCount) + (isGrouped ? 1 : 0)
  }
  const rowTop = new Float64Array(rowCount + 1)
  const rowStart = new Uint32Array(rowCount)
  const rowEnd = new Uint32Array(rowCount)
  const rowGroup = new Uint32Array(rowCount)

  let row = 0
  let top = 0
  const place = (group: number, start: number, end: number, height: number): void => {
    rowTop[row] = top
    rowStart[row] = start
    rowEnd[row] = end
    rowGroup[row] = group
    top += height
    row++
  }
  groups.forEach(({ start, end }, group) => {
    if (isGrouped) place(group, start, start, headerPx)
    for (let first = start; first < end; first += columnCount) {
      place(group, first, Math.min(end, first + columnCount), cellPx + captionPx + gapPx)
    }
  })
  rowTop[rowCount] = top
  return { columnCount, cellPx, gapPx, groups, rowCount, rowTop, rowStart, rowEnd, rowGroup }
}

function groupsOf(labelIds: Uint32Array, isGrouped: boolean): readonly GridGroup[] {
  if (labelIds.length === 0) return []
  if (!isGrouped) return [{ labelId: 0, start: 0, end: labelIds.length }]
  const groups: GridGroup[] = []
  let start = 0
  for (let index = 1; index <= labelIds.length; index++) {
    if (index < labelIds.length && labelIds[index] === labelIds[start]) continue
    groups.push({ labelId: labelIds[start]!, start, end: index })
    start = index
  }
  return groups
}

export const isHeader = (layout: GridLayout, row: number): boolean =>
  layout.rowStart[row] === layout.rowEnd[row]

/** The row that covers `top`; the first or last where it lies outside. -1 without rows. */
export function rowAt(layout: GridLayout, top: number): number {
  let low = 0
  let high = layout.rowCount - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (layout.rowTop[middle]! <= top) low = middle
    else high = middle - 1
  }
  return layout.rowCount === 0 ? -1 : low
}

/** The row of pictures that holds image `index`; -1 where none does. */
export function rowOfImage(layout: GridLayout, index: number): number {
  let low = 0
  let high = layout.rowCount - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (layout.rowEnd[middle]! <= index) low = middle + 1
    else if (layout.rowStart[middle]! > index) high = middle - 1
    else return middle
  }
  return -1
}

export type Direction = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last'

/** Index of the image reached from `index`; stays where there is nothing further. */
export function moveInGrid(
  layout: GridLayout,
  index: number,
  direction: Direction,
  pagePx: number,
): number {
  const last = (layout.groups.at(-1)?.end ?? 0) - 1
  if (last < 0) return -1
  const row = rowOfImage(layout, index)
  if (row < 0) return 0
  const column = index - layout.rowStart[row]!
  switch (direction) {
    case 'left':
      return Math.max(0, index - 1)
    case 'right':
      return Math.min(last, index + 1)
    case 'first':
      return 0
    case 'last':
      return last
    case 'up':
    case 'down':
      return inRow(layout, nextPictureRow(layout, row, direction === 'up' ? -1 : 1), column, index)
    case 'pageUp':
    case 'pageDown': {
      const sign = direction === 'pageUp' ? -1 : 1
      const target = rowAt(layout, layout.rowTop[row]! + sign * pagePx)
      // Below each header stand pictures.
      return inRow(layout, isHeader(layout, target) ? target + 1 : target, column, index)
    }
  }
}

function nextPictureRow(layout: GridLayout, row: number, sign: 1 | -1): number {
  let next = row + sign
  while (next >= 0 && next < layout.rowCount && isHeader(layout, next)) next += sign
  return next >= 0 && next < layout.rowCount ? next : -1
}

function inRow(layout: GridLayout, row: number, column: number, otherwise: number): number {
  if (row < 0) return otherwise
  return Math.min(layout.rowEnd[row]! - 1, layout.rowStart[row]! + column)
}
