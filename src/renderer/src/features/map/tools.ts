export const mapTools = ['pan', 'lasso', 'rectangle', 'brush'] as const
/** What dragging over the map does. */
export type MapTool = (typeof mapTools)[number]

export const toolKeys: Readonly<Record<MapTool, string>> = {
  pan: 'v',
  lasso: 'l',
  rectangle: 'r',
  brush: 'b',
}

export const isSelecting = (tool: MapTool): boolean => tool !== 'pan'

/** Radius of the brush in CSS pixels. */
export const brushLimits = { minimum: 6, maximum: 120, step: 1.35 } as const

export const resizedBrush = (px: number, factor: number): number =>
  Math.min(brushLimits.maximum, Math.max(brushLimits.minimum, Math.round(px * factor)))
