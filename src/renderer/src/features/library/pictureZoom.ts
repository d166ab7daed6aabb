export interface Size {
  readonly width: number
  readonly height: number
}
export interface Place {
  readonly x: number
  readonly y: number
}

/** Pixels of the screen for one of the picture; 'fit' as many as the view has room for. */
export type Zoom = number | 'fit'

/** Scales that the keys go through, besides the one that fits. */
const steps = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
const largest = steps.at(-1)!

/**
 * The scale at which all of the picture shows. A picture that is smaller than the view is enlarged
 * by a whole number alone, so that each of its pixels is a square of its own.
 */
export function fitScale(picture: Size, view: Size): number {
  const scale = Math.min(view.width / picture.width, view.height / picture.height)
  if (!Number.isFinite(scale) || scale <= 0) return 1
  return scale < 1 ? scale : Math.min(largest, Math.floor(scale))
}

export const scaleOf = (zoom: Zoom, picture: Size, view: Size): number =>
  zoom === 'fit' ? fitScale(picture, view) : zoom

/** Never smaller than all of it in view, or its own size where that is smaller. */
export function clampScale(scale: number, picture: Size, view: Size): number {
  const smallest = Math.min(1, fitScale(picture, view))
  return Math.min(largest, Math.max(smallest, scale))
}

/** The next scale of the keys: in (1) or out (-1). */
export function nextScale(scale: number, direction: 1 | -1, picture: Size, view: Size): number {
  const known = [...steps, fitScale(picture, view)].sort((a, b) => a - b)
  const near = 1 + 1e-6
  const next =
    direction === 1
      ? known.find((step) => step > scale * near)
      : known.findLast((step) => step < scale / near)
  return clampScale(next ?? scale, picture, view)
}

/**
 * The centre of the view as shares of the picture, so that no edge of the picture comes further
 * into the view than it must.
 */
export function clampCentre(centre: Place, scale: number, picture: Size, view: Size): Place {
  const along = (at: number, pictureSide: number, viewSide: number): number => {
    const half = viewSide / (2 * scale * pictureSide)
    return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, at))
  }
  return {
    x: along(centre.x, picture.width, view.width),
    y: along(centre.y, picture.height, view.height),
  }
}

/** The centre after a change of scale that keeps what lies at `at` (from the view's middle). */
export function centreAfterZoom(
  centre: Place,
  at: Place,
  before: number,
  after: number,
  picture: Size,
): Place {
  const by = 1 / before - 1 / after
  return {
    x: centre.x + (at.x * by) / picture.width,
    y: centre.y + (at.y * by) / picture.height,
  }
}
