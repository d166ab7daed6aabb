import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { dimensionOf } from '../../../../src/core/plan/features'
import { registerExtractor } from '../../../../src/main/features/extractors'
import type { Extractor } from '../../../../src/main/features/extractors/extractor'

/** Names the file that gets the number of pictures of each pass. */
export const passesFile = 'SEMBLANCE_TEST_PASSES'

const sidePx = 32
const steps = 4
const cells = 8

/** Colours of a picture and its grey values in a grid; needs no weights and no backend. */
const coloursAndGrid: Extractor = {
  id: 'colours-and-grid',
  title: { en: 'Colours and grid', 'zh-CN': '颜色与网格' },
  contentHash: createHash('sha256').update('colours-and-grid').digest('hex'),
  input: { sidePx, mean: [0, 0, 0], deviation: [1, 1, 1] },
  licence: 'MIT',
  layers: [
    { name: 'colours', dimension: steps ** 3, rootScale: 1, multiplyAdds: 1 },
    { name: 'grid', dimension: cells ** 2, rootScale: null, multiplyAdds: 1 },
  ],
  defaultLayers: { usual: 'colours+grid', ofManyImages: 'colours' },
  async open(_, layers) {
    const rowSize = dimensionOf(layers)
    return {
      passRows: 5,
      async extract(pixels, n) {
        const log = process.env[passesFile]
        if (log !== undefined) appendFileSync(log, `${n}\n`)
        const features = new Float32Array(n * rowSize)
        for (let i = 0; i < n; i++) {
          const picture = pixels.subarray(i * sidePx ** 2 * 3, (i + 1) * sidePx ** 2 * 3)
          const rows = layers.map(({ name }) =>
            name === 'grid' ? grid(picture) : colours(picture),
          )
          features.set(
            rows.flatMap((row) => [...row]),
            i * rowSize,
          )
        }
        return features
      },
      dispose() {},
    }
  },
}

/** Root of the share of the pixels that each colour has. */
function colours(picture: Uint8Array): Float32Array {
  const counts = new Float32Array(steps ** 3)
  for (let at = 0; at < picture.length; at += 3) {
    const [red, green, blue] = [0, 1, 2].map((c) => Math.floor((picture[at + c]! * steps) / 256))
    counts[(red! * steps + green!) * steps + blue!]! += 1
  }
  return counts.map((count) => Math.sqrt(count / sidePx ** 2))
}

function grid(picture: Uint8Array): Float32Array {
  const means = new Float32Array(cells ** 2)
  const cellPx = sidePx / cells
  for (let at = 0; at < picture.length; at++) {
    const pixel = Math.floor(at / 3)
    const [row, column] = [Math.floor(pixel / sidePx), pixel % sidePx]
    const cell = Math.floor(row / cellPx) * cells + Math.floor(column / cellPx)
    means[cell]! += picture[at]! / 255 / 3 / cellPx ** 2
  }
  return means
}

registerExtractor(coloursAndGrid)
