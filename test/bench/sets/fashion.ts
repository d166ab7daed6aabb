import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import sharp from 'sharp'
import { setsCache, type SetBuilder } from './imageSet'
import { debianPackage } from './packages'
import { wholeFolder } from './whole'

const clothes = [
  ...['t-shirt', 'trouser', 'pullover', 'dress', 'coat'],
  ...['sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
]
const side = 28
export const fashionSource = 'usr/share/datasets/fashion-mnist'

/**
 * Writes the first images of each of the ten labels of Fashion-MNIST as PNG, `<label>/<number>`.
 * @param source folder of the IDX files
 */
export async function drawFashion(folder: string, source: string, count: number): Promise<void> {
  await Promise.all(clothes.map((name) => mkdir(join(folder, name), { recursive: true })))
  const left = clothes.map(() => count / clothes.length)
  let number = 0
  for (const part of ['train', 't10k']) {
    const read = (name: string) => gunzipSync(readFileSync(join(source, `${part}-${name}`)))
    const pixels = read('images-idx3-ubyte.gz').subarray(16)
    const labels = read('labels-idx1-ubyte.gz').subarray(8)
    for (let from = 0; from < labels.length; from += 64) {
      await Promise.all(
        Array.from(labels.subarray(from, from + 64), async (label, i) => {
          const file = join(folder, clothes[label]!, `${String(number++).padStart(5, '0')}.png`)
          if (left[label]!-- <= 0) return
          const at = (from + i) * side * side
          await sharp(pixels.subarray(at, at + side * side), {
            raw: { width: side, height: side, channels: 1 },
          })
            .png()
            .toFile(file)
        }),
      )
    }
  }
}

const images = 1500

export const fashion: SetBuilder = {
  name: 'fashion',
  title: 'Fashion-MNIST',
  origin:
    "grey photographs of clothes, 28 px: the first 150 of each of ten labels, from Debian's `dataset-fashion-mnist` (MIT).",
  async build(say) {
    const root = await debianPackage('dataset-fashion-mnist', fashionSource, say)
    const folder = join(setsCache, `fashion-${images}`)
    await wholeFolder(folder, (temporary) =>
      drawFashion(temporary, join(root, fashionSource), images),
    )
    return { folder }
  },
}
