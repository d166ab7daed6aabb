import { type Size, toScreen, type View } from '../../../../core/geometry'

/** Something with a name at a place of the plane. */
export interface NamedPlace {
  readonly name: string
  readonly x: number
  readonly y: number
  /** What has more points is named first. */
  readonly points: number
}

/** A name on the screen, centred at (x, y) in CSS pixels. */
export interface ShownName {
  readonly place: NamedPlace
  readonly x: number
  readonly y: number
}

/** More would be a text, not a map. */
const mostNames = 60
const lineHeightPx = 16
const gapPx = 4
/** A name stands so far above its place, so that it does not cover the points. */
const raisedPx = 13
/** Names are cut beyond this width, by the style as here. */
export const widestNamePx = 132

/**
 * The names there is room for, none over another: those with most points first, so that the same
 * ones stay while one zooms in and others join them.
 */
export function placeNames(places: readonly NamedPlace[], view: View, size: Size): ShownName[] {
  const shown: (ShownName & { readonly half: number })[] = []
  const order = places.toSorted((a, b) => b.points - a.points || (a.name < b.name ? -1 : 1))
  for (const place of order) {
    if (shown.length >= mostNames) break
    const { x, y: placeY } = toScreen(view, size, place.x, place.y)
    const y = placeY - raisedPx
    const half = Math.min(widestNamePx, widthOf(place.name)) / 2
    const isIn = x >= half && y >= lineHeightPx && x <= size.width - half && y <= size.height
    if (!isIn) continue
    const isFree = shown.every(
      (other) =>
        Math.abs(other.x - x) >= other.half + half + gapPx ||
        Math.abs(other.y - y) >= lineHeightPx + gapPx,
    )
    if (isFree) shown.push({ place, x, y, half })
  }
  return shown.map(({ place, x, y }) => ({ place, x, y }))
}

/** Rough: East Asian characters are as wide as high, others about half. */
function widthOf(name: string): number {
  let width = 8
  for (const character of name) width += character.codePointAt(0)! >= 0x2e80 ? 12 : 6.6
  return width
}
