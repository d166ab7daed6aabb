/** What is measured of a picture's thumbnail. */
export interface PictureMeasures {
  /** Percentiles of sqrt(.241 R^2 + .691 G^2 + .068 B^2) / 255. */
  readonly brightness99: number
  readonly brightness5: number
  /** Of the grey values, in bits. */
  readonly entropy: number
  /** Standard deviation of the edges at 64 px at most. */
  readonly edges: number
  /** Standard deviation of the 256 counts of the histogram of grey values there. */
  readonly histogramSpread: number
}

/** Pixels with red, green and blue. */
export interface PicturePixels {
  /** [heightPx, widthPx, 3] */
  readonly data: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** Longest side at which sharpness is judged. */
const blurPx = 64
const greyLevels = 256

/** What cleanvision measures (dark, light, low information, blurry), from one thumbnail. */
export function measurePicture(pixels: PicturePixels): PictureMeasures {
  const { data, widthPx, heightPx } = pixels
  const levels = new Uint32Array(1024)
  const grey = new Uint32Array(greyLevels)
  for (let at = 0; at < data.length; at += 3) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!]
    const perceived = Math.sqrt(0.241 * r * r + 0.691 * g * g + 0.068 * b * b) / 255
    levels[Math.min(1023, Math.round(perceived * 1023))]! += 1
    grey[greyOf(r, g, b)]! += 1
  }
  const count = widthPx * heightPx
  const ratio = Math.max(1, Math.max(widthPx, heightPx) / blurPx)
  const small = averaged(pixels, {
    widthPx: Math.max(1, Math.floor(widthPx / ratio)),
    heightPx: Math.max(1, Math.floor(heightPx / ratio)),
  })
  return {
    brightness99: percentile(levels, count, 0.99) / 1023,
    brightness5: percentile(levels, count, 0.05) / 1023,
    entropy: entropyOf(grey, count),
    ...sharpnessOf(small),
  }
}

/** Of the limits that cleanvision publishes: below them a picture is listed. */
export interface PictureLimits {
  readonly dark: number
  readonly light: number
  readonly blank: number
  readonly blurred: number
}

/** Scores from 0 to 1, lower is worse. */
export function pictureScores({
  brightness99,
  brightness5,
  entropy,
  edges,
  histogramSpread,
}: PictureMeasures): Readonly<Record<keyof PictureLimits, number>> {
  const spread = 1 - Math.exp(-0.01 * histogramSpread)
  // A picture of few colours has few edges and is not blurred.
  const flat = spread <= 0.18 ? 0 : spread
  return {
    dark: brightness99,
    light: 1 - brightness5,
    blank: Math.min(1, entropy / 10),
    blurred: Math.min(1, 1 - Math.exp(-0.01 * edges) + flat),
  }
}

/** ITU-R 601. */
const greyOf = (r: number, g: number, b: number): number =>
  Math.min(255, Math.round(0.299 * r + 0.587 * g + 0.114 * b))

function percentile(counts: Uint32Array, total: number, share: number): number {
  const wanted = Math.max(1, Math.ceil(share * total))
  let seen = 0
  for (let level = 0; level < counts.length; level++) {
    seen += counts[level]!
    if (seen >= wanted) return level
  }
  return counts.length - 1
}

function entropyOf(counts: Uint32Array, total: number): number {
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total)
  return Math.max(0, bits)
}

function sharpnessOf({
  data,
  widthPx,
  heightPx,
}: PicturePixels): Pick<PictureMeasures, 'edges' | 'histogramSpread'> {
  const grey = new Uint8Array(widthPx * heightPx)
  const histogram = new Float64Array(greyLevels)
  for (let at = 0; at < grey.length; at++) {
    grey[at] = greyOf(data[3 * at]!, data[3 * at + 1]!, data[3 * at + 2]!)
    histogram[grey[at]!]! += 1
  }
  const edges = new Float64Array(grey.length)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x
      const isBorder = x === 0 || y === 0 || x === widthPx - 1 || y === heightPx - 1
      // A filter of 3 x 3 leaves the border as it is.
      if (isBorder) edges[at] = grey[at]!
      else {
        let around = 0
        for (let dy = -widthPx; dy <= widthPx; dy += widthPx) {
          around += grey[at + dy - 1]! + grey[at + dy]! + grey[at + dy + 1]!
        }
        edges[at] = Math.min(255, Math.max(0, 9 * grey[at]! - around))
      }
    }
  }
  return { edges: deviation(edges), histogramSpread: deviation(histogram) }
}

function deviation(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / Math.max(1, values.length)
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return Math.sqrt(squares / Math.max(1, values.length))
}

/** Means of equal parts of a picture; a pixel on a border counts for both sides by its share. */
export function averaged(
  { data, widthPx, heightPx }: PicturePixels,
  size: Pick<PicturePixels, 'widthPx' | 'heightPx'>,
): PicturePixels {
  if (widthPx === size.widthPx && heightPx === size.heightPx) return { data, widthPx, heightPx }
  const rows = new Float64Array(heightPx * size.widthPx * 3)
  const across = partsOf(widthPx, size.widthPx)
  for (let y = 0; y < heightPx; y++) {
    across.forEach(({ from, shares, total }, x) => {
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let i = 0; i < shares.length; i++) {
          sum += shares[i]! * data[(y * widthPx + from + i) * 3 + c]!
        }
        rows[(y * size.widthPx + x) * 3 + c] = sum / total
      }
    })
  }
  const result = new Uint8Array(size.widthPx * size.heightPx * 3)
  const line = size.widthPx * 3
  partsOf(heightPx, size.heightPx).forEach(({ from, shares, total }, y) => {
    for (let k = 0; k < line; k++) {
      let sum = 0
      for (let i = 0; i < shares.length; i++) sum += shares[i]! * rows[(from + i) * line + k]!
      result[y * line + k] = Math.round(sum / total)
    }
  })
  return { data: result, ...size }
}

interface LinePart {
  readonly from: number
  readonly shares: readonly number[]
  readonly total: number
}

function partsOf(length: number, count: number): readonly LinePart[] {
  return Array.from({ length: count }, (_, at) => {
    const [start, end] = [(at * length) / count, ((at + 1) * length) / count]
    const from = Math.floor(start)
    const to = Math.min(length, Math.ceil(end - 1e-9))
    const shares = Array.from(
      { length: Math.max(1, to - from) },
      (_, i) => Math.min(end, from + i + 1) - Math.max(start, from + i),
    )
    return { from, shares, total: shares.reduce((sum, share) => sum + share, 0) }
  })
}
