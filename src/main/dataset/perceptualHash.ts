const gridSize = 32
const keptSize = 8

/** cos((2 x + 1) u pi / 64) for the lowest frequencies u, `[u, x]`. */
const cosines = Float64Array.from({ length: keptSize * gridSize }, (_, index) => {
  const frequency = Math.floor(index / gridSize)
  const position = index % gridSize
  return Math.cos(((2 * position + 1) * frequency * Math.PI) / (2 * gridSize))
})

/**
 * 64-bit perceptual hash of a picture as 16 hexadecimal digits: the signs, against their median,
 * of the 8 x 8 lowest frequencies of the cosine transform of its 32 x 32 luminance (Zauner, 2010).
 * Copies that were scaled or encoded again differ in a few bits.
 * @param pixels `[heightPx, widthPx, channels]`; one channel is grey, more begin with RGB.
 */
export function perceptualHash(
  pixels: Uint8Array,
  widthPx: number,
  heightPx: number,
  channels: number,
): string {
  const spectrum = lowFrequencies(shrink(pixels, widthPx, heightPx, channels))
  // The constant term says how bright it is, not what it shows.
  const median = Float64Array.from(spectrum.subarray(1)).sort()[31]!
  let hash = ''
  for (let nibble = 0; nibble < 16; nibble += 1) {
    let value = 0
    for (let bit = 0; bit < 4; bit += 1) {
      value = value * 2 + (spectrum[nibble * 4 + bit]! > median ? 1 : 0)
    }
    hash += value.toString(16)
  }
  return hash
}

const colorCells = 4

/**
 * Mean red, green and blue of each cell of a 4 x 4 grid over the picture, as 96 hexadecimal digits:
 * tells apart pictures of one drawing in other colours, which share a {@link perceptualHash}.
 * @param pixels as for {@link perceptualHash}
 */
export function colorGrid(
  pixels: Uint8Array,
  widthPx: number,
  heightPx: number,
  channels: number,
): string {
  const cells = new Float64Array(colorCells * colorCells * 3)
  const counts = new Float64Array(colorCells * colorCells)
  const cellOf = (at: number, size: number) =>
    Math.min(colorCells - 1, Math.floor(((at + 0.5) * colorCells) / size))
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const from = (y * widthPx + x) * channels
      const cell = cellOf(y, heightPx) * colorCells + cellOf(x, widthPx)
      counts[cell]! += 1
      for (let color = 0; color < 3; color += 1) {
        cells[cell * 3 + color]! += pixels[from + (channels < 3 ? 0 : color)]!
      }
    }
  }
  const means = cells.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / 3)]!))
  return Buffer.from(Uint8Array.from(means, (mean) => Math.round(mean))).toString('hex')
}

/**
 * Mean luminance of each cell of a 32 x 32 grid over the picture; pixels that two cells share count
 * for each by their share, or sizes that are no multiple of 32 would shift the picture.
 */
function shrink(
  pixels: Uint8Array,
  widthPx: number,
  heightPx: number,
  channels: number,
): Float64Array {
  const grey = new Float64Array(widthPx * heightPx)
  for (let at = 0, from = 0; at < grey.length; at += 1, from += channels) {
    grey[at] =
      channels < 3
        ? pixels[from]!
        : 0.299 * pixels[from]! + 0.587 * pixels[from + 1]! + 0.114 * pixels[from + 2]!
  }
  const rows = new Float64Array(heightPx * gridSize)
  for (let y = 0; y < heightPx; y += 1) {
    averageLine(grey, y * widthPx, 1, widthPx, rows, y * gridSize, 1)
  }
  const grid = new Float64Array(gridSize * gridSize)
  for (let x = 0; x < gridSize; x += 1) {
    averageLine(rows, x, gridSize, heightPx, grid, x, gridSize)
  }
  return grid
}

/** Means of 32 equal parts of a line of `length` values. */
function averageLine(
  source: Float64Array,
  sourceStart: number,
  sourceStep: number,
  length: number,
  target: Float64Array,
  targetStart: number,
  targetStep: number,
): void {
  const size = length / gridSize
  for (let cell = 0; cell < gridSize; cell += 1) {
    const from = cell * size
    const to = from + size
    let sum = 0
    for (let at = Math.floor(from); at < Math.min(length, Math.ceil(to)); at += 1) {
      const share = Math.min(to, at + 1) - Math.max(from, at)
      sum += share * source[sourceStart + at * sourceStep]!
    }
    target[targetStart + cell * targetStep] = sum / size
  }
}

function lowFrequencies(grid: Float64Array): Float64Array {
  const rows = new Float64Array(gridSize * keptSize)
  for (let y = 0; y < gridSize; y += 1) {
    for (let u = 0; u < keptSize; u += 1) {
      let sum = 0
      for (let x = 0; x < gridSize; x += 1) {
        sum += grid[y * gridSize + x]! * cosines[u * gridSize + x]!
      }
      rows[y * keptSize + u] = sum
    }
  }
  const spectrum = new Float64Array(keptSize * keptSize)
  for (let v = 0; v < keptSize; v += 1) {
    for (let u = 0; u < keptSize; u += 1) {
      let sum = 0
      for (let y = 0; y < gridSize; y += 1) {
        sum += rows[y * keptSize + u]! * cosines[v * gridSize + y]!
      }
      // Rounding keeps a flat picture from hashing the noise of the last bit.
      spectrum[v * keptSize + u] = Math.round(sum * 1e6) / 1e6
    }
  }
  return spectrum
}
