import type { Size, View } from '../../../core/geometry'

/** How much a point stands out; what stands out more is drawn later. */
export const emphasis = { dimmed: 0, plain: 1, selected: 2 } as const

interface ScatterView {
  readonly view: View
  readonly size: Size
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number
  /** Diameter of a point in CSS pixels. */
  readonly pointPx: number
}

export type Rgb = readonly [red: number, green: number, blue: number]

/**
 * Draws points on a canvas. Setters keep the arrays and draw with the next frame; nothing is drawn
 * while nothing changes.
 */
export interface Scatter {
  readonly kind: 'webgl2' | 'canvas'
  /** [n, 2] in units of the plane; colours and emphasis of before are forgotten if n differs. */
  setPoints(xy: Float32Array): void
  /** Entry of the palette for each point. */
  setColors(colorIndices: Uint16Array, palette: readonly Rgb[]): void
  /** One of {@link emphasis} for each point. */
  setEmphasis(levels: Uint8Array): void
  setView(view: ScatterView): void
  /** Colour of the rim that selected points have. */
  setRim(rim: Rgb): void
  /** Draws at once what has changed, for measurements and pictures of the canvas. */
  flush(): void
  dispose(): void
}

/** What a renderer draws from; the arrays belong to whoever set them. */
export interface ScatterData {
  xy: Float32Array
  colorIndices: Uint16Array
  palette: readonly Rgb[]
  levels: Uint8Array
  rim: Rgb
  view: ScatterView | null
}

export const emptyData = (): ScatterData => ({
  xy: new Float32Array(),
  colorIndices: new Uint16Array(),
  palette: [],
  levels: new Uint8Array(),
  rim: [255, 255, 255],
  view: null,
})
