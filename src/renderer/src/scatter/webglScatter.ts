import { drawOrder } from './drawOrder'
import { createFrame } from './frame'
import { emptyData, type Scatter, type ScatterData } from './scatterData'
import { fragmentShader, paletteWidth, vertexShader } from './shaders'

/** What has to be sent to the graphics memory before the next drawing. */
interface Stale {
  points: boolean
  colors: boolean
  palette: boolean
  levels: boolean
}
const all = (): Stale => ({ points: true, colors: true, palette: true, levels: true })

/** A {@link Scatter} by WebGL2; null where the canvas has none. A lost context comes back by itself. */
export function createWebglScatter(canvas: HTMLCanvasElement): Scatter | null {
  const context = canvas.getContext('webgl2', {
    alpha: true,
    antialias: false,
    depth: false,
    premultipliedAlpha: true,
  })
  if (context === null) return null
  const gl = context
  const data = emptyData()
  let stale = all()
  let resources: Resources | null = createResources(gl)
  const frame = createFrame(draw)

  function draw(): void {
    if (resources === null || gl.isContextLost() || data.view === null) return
    upload(gl, resources, data, stale)
    stale = { points: false, colors: false, palette: false, levels: false }
    render(gl, resources, canvas, data)
  }
  function onLost(event: Event): void {
    // Otherwise the context is never given back.
    event.preventDefault()
    resources = null
  }
  function onRestored(): void {
    resources = createResources(gl)
    stale = all()
    frame.request()
  }
  canvas.addEventListener('webglcontextlost', onLost)
  canvas.addEventListener('webglcontextrestored', onRestored)

  return {
    kind: 'webgl2',
    setPoints(xy) {
      if (xy.length !== data.xy.length) {
        data.colorIndices = new Uint16Array(xy.length / 2)
        data.levels = new Uint8Array(xy.length / 2).fill(1)
        stale = { ...stale, colors: true, levels: true }
      }
      data.xy = xy
      stale.points = true
      frame.request()
    },
    setColors(colorIndices, palette) {
      data.colorIndices = colorIndices
      data.palette = palette
      stale.colors = true
      stale.palette = true
      frame.request()
    },
    setEmphasis(levels) {
      data.levels = levels
      stale.levels = true
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
    flush() {
      draw()
      gl.finish()
    },
    dispose() {
      frame.cancel()
      canvas.removeEventListener('webglcontextlost', onLost)
      canvas.removeEventListener('webglcontextrestored', onRestored)
      if (resources !== null) release(gl, resources)
      resources = null
    },
  }
}

interface Resources {
  readonly program: WebGLProgram
  readonly vertices: WebGLVertexArrayObject
  readonly positions: WebGLBuffer
  readonly colors: WebGLBuffer
  readonly levels: WebGLBuffer
  readonly order: WebGLBuffer
  readonly palette: WebGLTexture
  readonly uniforms: ReadonlyMap<string, WebGLUniformLocation>
}

/** null where the context was lost while they were made; it tells when it is back. */
function createResources(gl: WebGL2RenderingContext): Resources | null {
  if (gl.isContextLost()) return null
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(type)
    if (shader === null) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
    gl.deleteShader(shader)
  }
  const attributes = ['position', 'colorIndex', 'level'] as const
  attributes.forEach((name, place) => gl.bindAttribLocation(program, place, name))
  gl.linkProgram(program)
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
    if (gl.isContextLost()) return null
    throw new Error(`The point shader does not link: ${gl.getProgramInfoLog(program) ?? ''}`)
  }
  const uniforms = new Map<string, WebGLUniformLocation>()
  for (const name of ['center', 'zoom', 'diameter', 'pixelRatio', 'palette', 'rim']) {
    const location = gl.getUniformLocation(program, name)
    if (location !== null) uniforms.set(name, location)
  }
  const vertices = gl.createVertexArray()
  const [positions, colors, levels, order] = [
    gl.createBuffer(),
    gl.createBuffer(),
    gl.createBuffer(),
    gl.createBuffer(),
  ]
  gl.bindVertexArray(vertices)
  gl.bindBuffer(gl.ARRAY_BUFFER, positions)
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0)
  gl.bindBuffer(gl.ARRAY_BUFFER, colors)
  gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_SHORT, 0, 0)
  gl.bindBuffer(gl.ARRAY_BUFFER, levels)
  gl.vertexAttribIPointer(2, 1, gl.UNSIGNED_BYTE, 0, 0)
  attributes.forEach((_, place) => gl.enableVertexAttribArray(place))
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order)
  gl.bindVertexArray(null)
  return {
    program,
    vertices,
    positions,
    colors,
    levels,
    order,
    palette: gl.createTexture(),
    uniforms,
  }
}

function upload(
  gl: WebGL2RenderingContext,
  resources: Resources,
  data: ScatterData,
  stale: Stale,
): void {
  gl.bindVertexArray(resources.vertices)
  if (stale.points) {
    gl.bindBuffer(gl.ARRAY_BUFFER, resources.positions)
    gl.bufferData(gl.ARRAY_BUFFER, data.xy, gl.DYNAMIC_DRAW)
  }
  if (stale.colors) {
    gl.bindBuffer(gl.ARRAY_BUFFER, resources.colors)
    gl.bufferData(gl.ARRAY_BUFFER, data.colorIndices, gl.STATIC_DRAW)
  }
  if (stale.levels) {
    gl.bindBuffer(gl.ARRAY_BUFFER, resources.levels)
    gl.bufferData(gl.ARRAY_BUFFER, data.levels, gl.DYNAMIC_DRAW)
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, resources.order)
    const order = drawOrder(data.xy.length / 2, data.levels)
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW)
  }
  gl.bindVertexArray(null)
  if (stale.palette) uploadPalette(gl, resources.palette, data)
}

function uploadPalette(gl: WebGL2RenderingContext, texture: WebGLTexture, data: ScatterData): void {
  const height = Math.max(1, Math.ceil(data.palette.length / paletteWidth))
  const pixels = new Uint8Array(paletteWidth * height * 4).fill(255)
  data.palette.forEach((color, index) => pixels.set(color, 4 * index))
  gl.bindTexture(gl.TEXTURE_2D, texture)
  gl.texImage2D(
    gl.TEXTURE_2D,
    0,
    gl.RGBA8,
    paletteWidth,
    height,
    0,
    gl.RGBA,
    gl.UNSIGNED_BYTE,
    pixels,
  )
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
}

function render(
  gl: WebGL2RenderingContext,
  resources: Resources,
  canvas: HTMLCanvasElement,
  data: ScatterData,
): void {
  const { view, size, pixelRatio, pointPx } = data.view!
  const width = Math.max(1, Math.round(size.width * pixelRatio))
  const height = Math.max(1, Math.round(size.height * pixelRatio))
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  gl.viewport(0, 0, width, height)
  gl.clearColor(0, 0, 0, 0)
  gl.clear(gl.COLOR_BUFFER_BIT)
  const count = data.xy.length / 2
  if (count === 0) return
  const at = (name: string): WebGLUniformLocation | null => resources.uniforms.get(name) ?? null
  gl.useProgram(resources.program)
  gl.uniform2f(at('center'), view.centerX, view.centerY)
  gl.uniform2f(at('zoom'), (2 * view.scale) / size.width, (2 * view.scale) / size.height)
  gl.uniform1f(at('diameter'), pointPx)
  gl.uniform1f(at('pixelRatio'), pixelRatio)
  gl.uniform3f(at('rim'), data.rim[0] / 255, data.rim[1] / 255, data.rim[2] / 255)
  gl.activeTexture(gl.TEXTURE0)
  gl.bindTexture(gl.TEXTURE_2D, resources.palette)
  gl.uniform1i(at('palette'), 0)
  gl.enable(gl.BLEND)
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  gl.bindVertexArray(resources.vertices)
  gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 0)
  gl.bindVertexArray(null)
}

function release(gl: WebGL2RenderingContext, resources: Resources): void {
  gl.deleteProgram(resources.program)
  gl.deleteVertexArray(resources.vertices)
  for (const buffer of [resources.positions, resources.colors, resources.levels, resources.order]) {
    gl.deleteBuffer(buffer)
  }
  gl.deleteTexture(resources.palette)
}
