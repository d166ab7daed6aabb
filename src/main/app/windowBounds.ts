import * as v from 'valibot'

export const minimumSize = { width: 900, height: 600 } as const
const defaultSize = { width: 1440, height: 900 } as const

const coordinate = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000))

export const windowState = v.strictObject({
  x: coordinate,
  y: coordinate,
  width: coordinate,
  height: coordinate,
  isMaximized: v.boolean(),
})
export type WindowState = v.InferOutput<typeof windowState>

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Bounds for a new window; without a place where the system shall choose it. */
export type WindowBounds =
  | Rectangle
  | { readonly width: number; readonly height: number; readonly x?: never; readonly y?: never }

/**
 * Where the window opens: where it was, if a good part of it is on a screen that is still there;
 * never larger than that screen, never smaller than the smallest that works.
 */
export function restoreBounds(
  stored: WindowState | null,
  workAreas: readonly Rectangle[],
): WindowBounds {
  if (stored !== null) {
    const area = workAreas.find((candidate) => overlap(stored, candidate) >= 0.5)
    if (area !== undefined) {
      const width = clamp(stored.width, minimumSize.width, area.width)
      const height = clamp(stored.height, minimumSize.height, area.height)
      return {
        x: clamp(stored.x, area.x, area.x + area.width - width),
        y: clamp(stored.y, area.y, area.y + area.height - height),
        width,
        height,
      }
    }
  }
  const primary = workAreas[0]
  return {
    width: clamp(defaultSize.width, minimumSize.width, primary?.width ?? defaultSize.width),
    height: clamp(defaultSize.height, minimumSize.height, primary?.height ?? defaultSize.height),
  }
}

/** Share of `inner` that lies in `outer`. */
function overlap(inner: Rectangle, outer: Rectangle): number {
  const width = Math.min(inner.x + inner.width, outer.x + outer.width) - Math.max(inner.x, outer.x)
  const height =
    Math.min(inner.y + inner.height, outer.y + outer.height) - Math.max(inner.y, outer.y)
  if (width <= 0 || height <= 0) return 0
  return (width * height) / (inner.width * inner.height)
}

const clamp = (value: number, minimum: number, maximum: number): number =>
  Math.max(minimum, Math.min(maximum, value))
