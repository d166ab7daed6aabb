import { toScreen } from '../../../core/geometry'
import { drawOrder } from './drawOrder'
import { createFrame } from './frame'
import { emptyData, type Scatter } from './scatterData'

/** A {@link Scatter} on a plain canvas: slower, for machines without WebGL2. */
export function createCanvasScatter(canvas: HTMLCanvasElement): Scatter {
  const context = canvas.getContext('2d')
  const data = emptyData()
  let order: Uint32Array | null = null
  const frame = createFrame(draw)

  function draw(): void {
    if (context === null || data.view === null) return
    const { view, size, pixelRatio, pointPx } = data.view
    canvas.width = Math.max(1, Math.round(size.width * pixelRatio))
    canvas.height = Math.max(1, Math.round(size.height * pixelRatio))
    context.scale(pixelRatio, pixelRatio)
    order ??= drawOrder(data.xy.length / 2, data.levels)
    const colors = data.palette.map((color) => `rgb(${color.join(' ')})`)
    const rim = `rgb(${data.rim.join(' ')})`
    for (const i of order) {
      const level = data.levels[i] ?? 1
      const { x, y } = toScreen(view, size, data.xy[2 * i]!, data.xy[2 * i + 1]!)
      const radius = (pointPx / 2) * (level === 2 ? 1.25 : 1)
      if (x < -radius || y < -radius || x > size.width + radius || y > size.height + radius)
        continue
      context.globalAlpha = level === 0 ? 0.14 : level === 2 ? 1 : 0.86
      context.fillStyle = colors[data.colorIndices[i]!] ?? '#888'
      context.beginPath()
      context.arc(x, y, radius, 0, 2 * Math.PI)
      context.fill()
      if (level !== 2) continue
      context.strokeStyle = rim
      context.stroke()
    }
  }

  return {
    kind: 'canvas',
    setPoints(xy) {
      if (xy.length !== data.xy.length) {
        data.colorIndices = new Uint16Array(xy.length / 2)
        data.levels = new Uint8Array(xy.length / 2).fill(1)
        order = null
      }
      data.xy = xy
      frame.request()
    },
    setColors(colorIndices, palette) {
      data.colorIndices = colorIndices
      data.palette = palette
      frame.request()
    },
    setEmphasis(levels) {
      data.levels = levels
      order = null
      frame.request()
    },
    setView(view) {
      data.view = view
      frame.request()
    },
    setRim(rim) {
      data.rim = rim
      frame.request()
    },
    flush: draw,
    dispose: () => frame.cancel(),
  }
}
