import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { perceptualHash } from '../../../../src/main/dataset/perceptualHash'

/** A picture of a dozen round spots of colour, placed by `seed`. */
function spots(width: number, height: number, seed: number): Uint8Array {
  const fraction = (index: number) =>
    (Math.abs(Math.sin(index * 12.9898 + seed * 78.233)) * 43758.5) % 1
  const pixels = new Uint8Array(width * height * 3).fill(230)
  for (let spot = 0; spot < 12; spot += 1) {
    const [x0, y0, size] = [fraction(spot), fraction(spot + 50), 0.08 + 0.2 * fraction(spot + 100)]
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        if (Math.hypot(x / width - x0, y / height - y0) > size) continue
        for (let channel = 0; channel < 3; channel += 1) {
          pixels[(y * width + x) * 3 + channel] = 255 * fraction(spot * 3 + channel + 200)
        }
      }
    }
  }
  return pixels
}

const distance = (a: string, b: string) => {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`)
  let count = 0
  for (; bits > 0n; bits >>= 1n) count += Number(bits & 1n)
  return count
}

describe('perceptualHash', () => {
  it('is 64 bits that scaling and encoding hardly change', async () => {
    for (let seed = 1; seed < 8; seed += 1) {
      const original = spots(200, 150, seed)
      const hash = perceptualHash(original, 200, 150, 3)
      expect(hash).toMatch(/^[0-9a-f]{16}$/)
      const { data, info } = await sharp(
        await sharp(original, { raw: { width: 200, height: 150, channels: 3 } })
          .resize(97, 71, { fit: 'fill' })
          .jpeg({ quality: 60 })
          .toBuffer(),
      )
        .raw()
        .toBuffer({ resolveWithObject: true })
      const copy = perceptualHash(data, info.width, info.height, info.channels)
      expect(distance(hash, copy)).toBeLessThanOrEqual(6)
    }
  })

  it('tells different pictures apart', () => {
    const hashes = Array.from({ length: 8 }, (_, seed) =>
      perceptualHash(spots(64, 64, seed * 2 + 1), 64, 64, 3),
    )
    let least = 64
    hashes.forEach((a, i) =>
      hashes.slice(i + 1).forEach((b) => (least = Math.min(least, distance(a, b)))),
    )
    expect(least).toBeGreaterThan(8)
  })

  it('bears pictures smaller than its grid, of one colour, of one channel', () => {
    expect(perceptualHash(Uint8Array.of(9, 9, 9), 1, 1, 3)).toMatch(/^[0-9a-f]{16}$/)
    const flat = perceptualHash(new Uint8Array(300).fill(7), 10, 10, 3)
    expect(flat).toBe(perceptualHash(new Uint8Array(1200).fill(7), 20, 20, 3))
    const grey = spots(40, 40, 3).filter((_, index) => index % 3 === 0)
    const rgb = Uint8Array.from({ length: 4800 }, (_, index) => grey[Math.floor(index / 3)]!)
    expect(perceptualHash(grey, 40, 40, 1)).toBe(perceptualHash(rgb, 40, 40, 3))
  })
})
