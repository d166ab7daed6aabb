import { onMounted, onUnmounted, shallowRef, watch, type Ref } from 'vue'
import {
  boundsOf,
  type Direction,
  fitted,
  type Insets,
  nextPoint,
  panned,
  type Point,
  PointGrid,
  shifted,
  type Size,
  toPlane,
  toScreen,
  type View,
  zoomedAt,
} from '../../../../core/geometry'
import { createScatter, pointDiameter, type Rgb, type Scatter } from '../../scatter'

/** Free pixels around all points when the view is fitted. */
const fitPaddingPx = 56
/** How far in and out of the fitted view one can zoom. */
const zoomRange = { minimum: 0.3, maximum: 400 } as const
/** A view never shows the void alone: the point nearest to it stays this far from its edge. */
const keptPx = 48
/** Time in which points move from one map to the next. */
const moveMs = 450
/** Beyond this many points a move would stutter. */
const mostMovingPoints = 60_000
/** Pixels around a point in which it is still met. */
const reachPx = 5

export interface MapCanvasInput {
  readonly host: Ref<HTMLElement | null>
  readonly canvas: Ref<HTMLCanvasElement | null>
  readonly xy: () => Float32Array
  /** Another value where the points are those of another run: then the view is fitted. */
  readonly key: () => number
  readonly sizeFactor: () => number
  /** What lies over the edges of the canvas. */
  readonly insets: () => Insets
  readonly colors: () => { readonly indices: Uint16Array; readonly palette: readonly Rgb[] }
  readonly levels: () => Uint8Array
  readonly ranks: () => Uint8Array
  readonly rim: () => Rgb
  /** The view of a map beside it, which this one follows; null: it stands alone. */
  readonly linkedView: () => View | null
  /** A person moved the view. */
  readonly onMoved: (view: View) => void
}

/** Ties the point renderer to the size, view and data of the map; knows no pointer. */
export function useMapCanvas(input: MapCanvasInput) {
  const view = shallowRef<View>({ centerX: 0, centerY: 0, scale: 1 })
  const size = shallowRef<Size>({ width: 1, height: 1 })
  let scatter: Scatter | null = null
  const grid = shallowRef(new PointGrid(new Float32Array()))
  /** What is drawn now: on the way to `input.xy()` while points move. */
  let drawn = new Float32Array()
  let fitScale = 1
  /** False once a person has panned or zoomed; then new points do not move the view. */
  let isFitted = true
  let moving: number | null = null
  let observer: ResizeObserver | null = null

  function show(): void {
    scatter?.setView({
      view: view.value,
      size: size.value,
      pixelRatio: window.devicePixelRatio,
      pointPx: diameter(),
    })
  }
  const diameter = (): number =>
    pointDiameter({
      count: input.xy().length / 2,
      zoom: view.value.scale / fitScale,
      factor: input.sizeFactor(),
    })

  function setView(next: View): void {
    view.value = withPoint(next)
    isFitted = false
    show()
    input.onMoved(view.value)
  }
  function follow(next: View | null): void {
    if (next === null || next === view.value) return
    view.value = next
    isFitted = false
    show()
  }
  /** The view itself where any point is seen, else moved to the nearest one: nobody gets lost. */
  function withPoint(next: View): View {
    const { width, height } = size.value
    const from = toPlane(next, size.value, 0, height)
    const to = toPlane(next, size.value, width, 0)
    if (grid.value.hasPointIn(from.x, from.y, to.x, to.y)) return next
    const nearest = grid.value.nearest(next.centerX, next.centerY, Number.MAX_VALUE)
    if (nearest < 0) return next
    const xy = input.xy()
    return shifted(next, size.value, xy[2 * nearest]!, xy[2 * nearest + 1]!, keptPx)
  }
  function fit(): void {
    const next = fitted(boundsOf(input.xy()), size.value, fitPaddingPx, input.insets())
    fitScale = next.scale
    view.value = next
    isFitted = true
    show()
  }
  const pan = (deltaX: number, deltaY: number): void => setView(panned(view.value, deltaX, deltaY))
  function zoom(factor: number, at?: Point): void {
    const middle = { x: size.value.width / 2, y: size.value.height / 2 }
    const limits = {
      minimum: fitScale * zoomRange.minimum,
      maximum: fitScale * zoomRange.maximum,
    }
    setView(zoomedAt(view.value, size.value, at ?? middle, factor, limits))
  }

  /** Index of the point under a pixel, or -1. */
  function pick(screen: Point): number {
    const at = toPlane(view.value, size.value, screen.x, screen.y)
    const radius = (diameter() / 2 + reachPx) / view.value.scale
    return grid.value.nearest(at.x, at.y, radius, input.ranks())
  }
  /**
   * The point an arrow key leads to from `from`, brought into view; where nothing is focused, the
   * one nearest to the middle. -1 where there is none.
   */
  function walk(from: number, direction: Direction): number {
    const { centerX, centerY } = view.value
    const next =
      from < 0
        ? grid.value.nearest(centerX, centerY, Number.MAX_VALUE, input.ranks())
        : nextPoint(input.xy(), from, direction, input.ranks())
    if (next < 0) return next
    const { x, y } = screenOf(next)
    const { top, right, bottom, left } = input.insets()
    const { width, height } = size.value
    const isCovered = x < left || y < top || x > width - right || y > height - bottom
    const xy = input.xy()
    const edge = Math.max(keptPx, top, right, bottom, left)
    if (isCovered) setView(shifted(view.value, size.value, xy[2 * next]!, xy[2 * next + 1]!, edge))
    return next
  }
  const screenOf = (index: number): Point =>
    toScreen(view.value, size.value, drawn[2 * index] ?? 0, drawn[2 * index + 1] ?? 0)

  function place(xy: Float32Array, animate: boolean): void {
    if (moving !== null) cancelAnimationFrame(moving)
    moving = null
    grid.value = new PointGrid(xy)
    const from = drawn
    const isSmall = xy.length / 2 <= mostMovingPoints
    const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    if (!animate || isCalm || !isSmall || from.length !== xy.length || xy.length === 0) {
      drawn = xy as Float32Array<ArrayBuffer>
      scatter?.setPoints(drawn)
      return
    }
    const start = performance.now()
    const step = (): void => {
      const share = Math.min(1, (performance.now() - start) / moveMs)
      const eased = share * share * (3 - 2 * share)
      drawn = share === 1 ? (xy as Float32Array<ArrayBuffer>) : between(from, xy, eased)
      scatter?.setPoints(drawn)
      moving = share === 1 ? null : requestAnimationFrame(step)
    }
    step()
  }

  function sendColors(): void {
    const { indices, palette } = input.colors()
    scatter?.setColors(indices, palette)
  }
  function resize(): void {
    const box = input.host.value?.getBoundingClientRect()
    if (box === undefined || box.width === 0 || box.height === 0) return
    size.value = { width: box.width, height: box.height }
    if (isFitted) fit()
    else show()
  }

  onMounted(() => {
    if (input.canvas.value === null || input.host.value === null) return
    scatter = createScatter(input.canvas.value)
    scatter.setRim(input.rim())
    place(input.xy(), false)
    sendColors()
    scatter.setEmphasis(input.levels())
    observer = new ResizeObserver(resize)
    observer.observe(input.host.value)
    resize()
  })
  onUnmounted(() => {
    observer?.disconnect()
    if (moving !== null) cancelAnimationFrame(moving)
    scatter?.dispose()
    scatter = null
  })

  watch([input.xy, input.key], ([xy, key], [, keyBefore]) => {
    place(xy, key === keyBefore)
    // The arrays of the points that were, if their number differs, are not this renderer's any more.
    sendColors()
    scatter?.setEmphasis(input.levels())
    if (key !== keyBefore || isFitted) fit()
    else show()
  })
  watch(input.colors, sendColors)
  watch(input.linkedView, follow)
  watch(input.levels, (levels) => scatter?.setEmphasis(levels))
  watch(input.insets, () => {
    if (isFitted) fit()
  })
  watch(input.sizeFactor, show)
  watch(input.rim, (rim) => scatter?.setRim(rim))

  return { view, size, fit, pan, zoom, pick, walk, screenOf, diameter, grid }
}

function between(from: Float32Array, to: Float32Array, share: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(to.length)
  for (let i = 0; i < to.length; i++) result[i] = from[i]! + share * (to[i]! - from[i]!)
  return result
}
