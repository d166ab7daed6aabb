import { createCanvasScatter } from './canvasScatter'
import type { Scatter } from './scatterData'
import { createWebglScatter } from './webglScatter'

export { createFrame } from './frame'
export { pointDiameter } from './pointSize'
export { emphasis, type Rgb, type Scatter } from './scatterData'

/** By WebGL2, or on a plain canvas only where there is no WebGL2. */
export function createScatter(canvas: HTMLCanvasElement): Scatter {
  return createWebglScatter(canvas) ?? createCanvasScatter(canvas)
}
