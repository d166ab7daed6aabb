import sharp from 'sharp'

export interface MapPoints {
  /** Point i at (xy[2i], xy[2i+1]). */
  readonly xy: Float32Array
  /** Label of each point; empty where it has none. */
  readonly labels: readonly string[]
}

const sidePx = 1600
const edgePx = 90
/** Names are written for at most so many labels; more would cover the points. */
const mostNames = 60

/** Okabe and Ito (2008): told apart by colour-blind people as well. */
const okabeIto = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [213, 94, 0],
  [86, 180, 233],
  [204, 121, 167],
  [240, 228, 66],
  [90, 90, 90],
] as const
type Color = readonly [number, number, number]
const grey: Color = [170, 170, 170]

/** The points as a PNG on white, coloured by label, with the names of the labels. */
export async function drawMap({ xy, labels }: MapPoints): Promise<Buffer> {
  const names = [...new Set(labels.filter((label) => label !== ''))].sort()
  const colors = new Map(names.map((name, i) => [name, colorOf(i, names.length)]))
  const place = placer(xy)
  const pixels = Buffer.alloc(sidePx * sidePx * 3, 255)
  const count = labels.length
  const radius = Math.max(2.2, Math.min(7, 160 / Math.sqrt(Math.max(1, count))))
  for (let i = 0; i < count; i++) {
    const [x, y] = place(i)
    drawDisc(pixels, x, y, radius, colors.get(labels[i]!) ?? grey)
  }
  const picture = sharp(pixels, { raw: { width: sidePx, height: sidePx, channels: 3 } })
  const overlay = names.length <= mostNames ? nameOverlay(labels, names, place, colors) : null
  const composed = overlay === null ? picture : picture.composite([{ input: Buffer.from(overlay) }])
  return composed.png().toBuffer()
}

function colorOf(index: number, count: number): Color {
  const known = count <= okabeIto.length ? okabeIto[index] : undefined
  if (known !== undefined) return known
  // Golden-angle steps keep neighbours in the list apart; two lightnesses double what is told apart.
  const hue = (index * 137.508) % 360
  return colorOfHue(hue, index % 2 === 0 ? 0.42 : 0.58)
}

/** From hue and lightness at a saturation of .62. */
function colorOfHue(hue: number, lightness: number): Color {
  const amplitude = 0.62 * Math.min(lightness, 1 - lightness)
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12
    const value = lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(255 * value)
  }
  return [channel(0), channel(8), channel(4)]
}

/** Both axes by one scale, so that distances keep their proportions. */
function placer(xy: Float32Array): (i: number) => readonly [number, number] {
  let minX = Infinity
  let maxX = -Infinity
  let minY = Infinity
  let maxY = -Infinity
  for (let i = 0; i < xy.length; i += 2) {
    minX = Math.min(minX, xy[i]!)
    maxX = Math.max(maxX, xy[i]!)
    minY = Math.min(minY, xy[i + 1]!)
    maxY = Math.max(maxY, xy[i + 1]!)
  }
  const span = Math.max(maxX - minX, maxY - minY, 1e-9)
  const scale = (sidePx - 2 * edgePx) / span
  const middleX = (minX + maxX) / 2
  const middleY = (minY + maxY) / 2
  return (i) => [
    sidePx / 2 + (xy[2 * i]! - middleX) * scale,
    sidePx / 2 - (xy[2 * i + 1]! - middleY) * scale,
  ]
}

function drawDisc(pixels: Buffer, x: number, y: number, radius: number, color: Color): void {
  const from = (value: number) => Math.max(0, Math.floor(value - radius - 1))
  const to = (value: number) => Math.min(sidePx - 1, Math.ceil(value + radius + 1))
  for (let py = from(y); py <= to(y); py++) {
    for (let px = from(x); px <= to(x); px++) {
      const cover = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(px - x, py - y))) * 0.85
      if (cover === 0) continue
      const at = (py * sidePx + px) * 3
      for (let c = 0; c < 3; c++) {
        pixels[at + c] = Math.round(pixels[at + c]! * (1 - cover) + color[c]! * cover)
      }
    }
  }
}

function nameOverlay(
  labels: readonly string[],
  names: readonly string[],
  place: (i: number) => readonly [number, number],
  colors: ReadonlyMap<string, Color>,
): string {
  const members = new Map<string, number[]>(names.map((name) => [name, []]))
  labels.forEach((label, i) => members.get(label)?.push(i))
  const size = names.length > 30 ? 20 : 26
  const texts = names.map((name) => {
    const [x, y] = middleOf(members.get(name)!.map(place))
    const [r, g, b] = colors.get(name)!
    const text = escaped(name.length > 28 ? `${name.slice(0, 27)}…` : name)
    const position = `x="${x.toFixed(0)}" y="${(y - 10).toFixed(0)}"`
    const common = `${position} text-anchor="middle" font-size="${size}" font-family="sans-serif"`
    return (
      `<text ${common} fill="none" stroke="#ffffff" stroke-width="5" stroke-opacity="0.85">${text}</text>` +
      `<text ${common} fill="rgb(${Math.round(r * 0.65)},${Math.round(g * 0.65)},${Math.round(b * 0.65)})">${text}</text>`
    )
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}">${texts.join('')}</svg>`
}

function middleOf(points: readonly (readonly [number, number])[]): readonly [number, number] {
  const median = (axis: 0 | 1) => {
    const sorted = points.map((point) => point[axis]).sort((a, b) => a - b)
    return sorted[sorted.length >> 1]!
  }
  return [median(0), median(1)]
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // Control characters have no place in XML.
    .replaceAll(/\p{Cc}/gu, ' ')
