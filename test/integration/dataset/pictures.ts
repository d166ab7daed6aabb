import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** A picture of one colour with a square of another, so that contents differ with `seed`. */
export function drawing(seed: number, widthPx = 40, heightPx = 30): Sharp {
  const pixels = Buffer.alloc(widthPx * heightPx * 3)
  for (let at = 0; at < widthPx * heightPx; at += 1) {
    const inside = at % widthPx > widthPx / 3 && at > (widthPx * heightPx) / 2
    pixels[at * 3] = (seed * 67) & 255
    pixels[at * 3 + 1] = inside ? (seed * 31) & 255 : 200
    pixels[at * 3 + 2] = (seed >> 2) & 255
  }
  return sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } })
}

export async function put(folder: string, path: string, contents: Buffer | string): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, contents)
}

export const png = (seed: number): Promise<Buffer> => drawing(seed).png().toBuffer()

/** A PNG whose header declares a size and whose pixels are not there. */
export function declaredPng(widthPx: number, heightPx: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthPx, 0)
  header.writeUInt32BE(heightPx, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(zlibCrc32(body))
  return Buffer.concat([length, body, sum])
}
