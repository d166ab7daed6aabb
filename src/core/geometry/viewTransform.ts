/**
 * How a plane of points is seen: the plane's point at the middle of the canvas, and how many CSS
 * pixels one unit of the plane takes. The plane's y points up, the screen's down.
 */
export interface View {
  readonly centerX: number
  readonly centerY: number
  /** CSS pixels per unit; above 0. */
  readonly scale: number
}

/** A size in CSS pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Smallest box around points; `minX > maxX` where there are none. */
export interface Bounds {
  readonly minX: number
  readonly minY: number
  readonly maxX: number
  readonly maxY: number
}

/** Where a point of the plane lies on the screen, in CSS pixels from the upper left corner. */
export function toScreen(view: View, size: Size, x: number, y: number): Point {
  return {
    x: size.width / 2 + (x - view.centerX) * view.scale,
    y: size.height / 2 - (y - view.centerY) * view.scale,
  }
}

/** The point of the plane under a pixel. */
export function toPlane(view: View, size: Size, screenX: number, screenY: number): Point {
  return {
    x: view.centerX + (screenX - size.width / 2) / view.scale,
    y: view.centerY - (screenY - size.height / 2) / view.scale,
  }
}

/** The view after the content was dragged by so many pixels. */
export function panned(view: View, deltaX: number, deltaY: number): View {
  return {
    centerX: view.centerX - deltaX / view.scale,
    centerY: view.centerY + deltaY / view.scale,
    scale: view.scale,
  }
}

/**
 * The view `factor` times as large with the point under the pixel staying where it is. The scale
 * is kept within `limits`.
 */
export function zoomedAt(
  view: View,
  size: Size,
  screen: Point,
  factor: number,
  limits: { readonly minimum: number; readonly maximum: number },
): View {
  const scale = Math.min(limits.maximum, Math.max(limits.minimum, view.scale * factor))
  const under = toPlane(view, size, screen.x, screen.y)
  return {
    centerX: under.x - (screen.x - size.width / 2) / scale,
    centerY: under.y + (screen.y - size.height / 2) / scale,
    scale,
  }
}

/** Box around `xy` ([n, 2]); points that are not finite do not count. */
export function boundsOf(xy: Float32Array): Bounds {
  let minX = Infinity
  let minY = Infinity
  let maxX = -Infinity
  let maxY = -Infinity
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const x = xy[i]!
    const y = xy[i + 1]!
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue
    if (x < minX) minX = x
    if (x > maxX) maxX = x
    if (y < minY) minY = y
    if (y > maxY) maxY = y
  }
  return { minX, minY, maxX, maxY }
}

/** CSS pixels at the edges of the canvas that something else covers. */
export interface Insets {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

const noInsets: Insets = { top: 0, right: 0, bottom: 0, left: 0 }

/**
 * The view that shows all of the bounds with `paddingPx` free around them, in the middle of what
 * the insets leave; where they leave too little of the canvas, of all of it. One point, or none, is
 * shown there at one unit to a third of the shorter side.
 */
export function fitted(
  bounds: Bounds,
  size: Size,
  paddingPx: number,
  insets: Insets = noInsets,
): View {
  const free = freeRoom(size, insets)
  const isEmpty = bounds.minX > bounds.maxX
  const width = isEmpty ? 0 : bounds.maxX - bounds.minX
  const height = isEmpty ? 0 : bounds.maxY - bounds.minY
  const roomX = Math.max(1, free.width - 2 * paddingPx)
  const roomY = Math.max(1, free.height - 2 * paddingPx)
  const wanted = Math.min(roomX / width, roomY / height)
  const scale = Number.isFinite(wanted) && wanted > 0 ? wanted : fallbackScale(free)
  const x = isEmpty ? 0 : (bounds.minX + bounds.maxX) / 2
  const y = isEmpty ? 0 : (bounds.minY + bounds.maxY) / 2
  return {
    centerX: x - (free.middleX - size.width / 2) / scale,
    centerY: y + (free.middleY - size.height / 2) / scale,
    scale,
  }
}

/** Least part of a side that insets must leave. */
const leastFreeShare = 0.3

function freeRoom(size: Size, { top, right, bottom, left }: Insets) {
  const hasWidth = size.width - left - right >= leastFreeShare * size.width
  const hasHeight = size.height - top - bottom >= leastFreeShare * size.height
  return {
    width: hasWidth ? size.width - left - right : size.width,
    height: hasHeight ? size.height - top - bottom : size.height,
    middleX: hasWidth ? (left + size.width - right) / 2 : size.width / 2,
    middleY: hasHeight ? (top + size.height - bottom) / 2 : size.height / 2,
  }
}

/** The view moved as little as brings a point of the plane within `marginPx` of its edges. */
export function shifted(view: View, size: Size, x: number, y: number, marginPx: number): View {
  const at = toScreen(view, size, x, y)
  const within = (value: number, length: number): number =>
    Math.max(
      Math.min(marginPx, length / 2),
      Math.min(length - Math.min(marginPx, length / 2), value),
    )
  return panned(view, within(at.x, size.width) - at.x, within(at.y, size.height) - at.y)
}

const fallbackScale = (size: Size): number => Math.max(1, Math.min(size.width, size.height)) / 3
