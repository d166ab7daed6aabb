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

/** Mean luminance of each cell of a 32 x 32 grid over the picture. */
function shrink(
  pixels: Uint8Array,
  widthPx: number,
  heightPx: number,
  channels: number,
): Float64Array {
  const grid = new Float64Array(gridSize * gridSize)
  for (let cellY = 0; cellY < gridSize; cellY += 1) {
    const top = Math.floor((cellY * heightPx) / gridSize)
    const bottom = Math.max(top + 1, Math.floor(((cellY + 1) * heightPx) / gridSize))
    for (let cellX = 0; cellX < gridSize; cellX += 1) {
      const left = Math.floor((cellX * widthPx) / gridSize)
      const right = Math.max(left + 1, Math.floor(((cellX + 1) * widthPx) / gridSize))
      let sum = 0
      for (let y = top; y < bottom; y += 1) {
        let at = (y * widthPx + left) * channels
        for (let x = left; x < right; x += 1) {
          sum +=
            channels < 3
              ? pixels[at]!
              : 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!
          at += channels
        }
      }
      grid[cellY * gridSize + cellX] = sum / ((bottom - top) * (right - left))
    }
  }
  return grid
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
