import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import * as v from 'valibot'
import { float16ToNumbers } from '../../../src/core/math/float16'
import { createMatrix, type Matrix } from '../../../src/core/math/matrix'
import type { BackendChoice } from '../../../src/shared/model/training'
import { dimensionOf, findExtractor, layersOf } from '../../../src/core/plan/features'
import { extractors } from '../../../src/main/features/extractors'
import { extractInPasses } from '../../../src/main/features/extractInPasses'
import { inputOfFeatures } from '../../../src/main/features/modelFeatures'
import { startBackend } from '../../../src/main/backend/startBackend'
import { decodeInBatches } from '../../../src/main/features/decodeInBatches'
import type { PictureFile } from '../../../src/main/features/pictures'
import { projectFolder, workersFolder } from '../backends'
import { numbersToFloat16 } from './float16'

/** The emoji of the quality benchmark as numbers: everything that its runs read. */
export interface QualityInputs {
  /** [images, sidePx, sidePx, 3] */
  readonly pixels: Uint8Array
  readonly sidePx: number
  /** [images, dimension], frozen, as the extractor gives them. */
  readonly features: Matrix
  /** Names extractor and tap. */
  readonly extractor: string
  /** Class of each image; those to train on come first. */
  readonly labels: Int32Array
  readonly trainingClasses: number
  readonly classes: readonly string[]
}

const sidePx = 64
const imagesAtATime = 32
const magic = 'semblance quality inputs 1\n'

const split = v.object({
  train: v.array(v.string()),
  test: v.array(v.string()),
  provenance: v.looseObject({ sets: v.array(v.string()) }),
})

const header = v.object({
  sidePx: v.number(),
  dimension: v.number(),
  extractor: v.string(),
  trainingClasses: v.number(),
  classes: v.array(v.string()),
  imagesOfEach: v.number(),
  pixelBytes: v.number(),
  featureBytes: v.number(),
})

/** Where the inputs lie when no file is named. */
export const cachedInputs = join(
  projectFolder,
  'node_modules',
  '.cache',
  'semblance',
  'quality-inputs.bin',
)

export interface PrepareOptions {
  readonly file: string
  /** A folder `<class>/<set>.png` of emoji at 224 px or more; they are drawn where absent. */
  readonly pictures: string | undefined
  readonly backend: BackendChoice
  readonly say: (line: string) => void
}

/** The emoji of the benchmark, those to train on first, drawn where they are not there yet. */
export async function drawEmoji({ pictures, say }: Pick<PrepareOptions, 'pictures' | 'say'>) {
  const emoji = v.parse(
    split,
    JSON.parse(readFileSync(join(projectFolder, 'test', 'fixtures', 'emojiSplit.json'), 'utf8')),
  )
  const folder = pictures ?? join(dirname(cachedInputs), 'emoji-224')
  const classes = [...emoji.train, ...emoji.test]
  const { sets } = emoji.provenance
  const files = classes.flatMap((name) =>
    sets.map((set): PictureFile => {
      const path = join(folder, name, `${set}.png`)
      return { thumbnail: path, original: path }
    }),
  )
  if (!files.every(({ original }) => existsSync(original))) {
    say(`drawing ${files.length} emoji into ${folder}`)
    const script = join(projectFolder, 'scripts', 'sample.mjs')
    const parameters = [script, '--all', '--size', '224', '--out', folder]
    await promisify(execFile)(process.execPath, parameters)
  }
  return { files, classes, trainingClasses: emoji.train.length, imagesOfEach: sets.length }
}

/** Draws the emoji, computes their frozen features and writes all of it into one file. */
export async function prepareInputs(options: PrepareOptions): Promise<void> {
  const { file, say } = options
  const { files, classes, trainingClasses, imagesOfEach } = await drawEmoji(options)
  const { pixels, features, extractor } = await readPictures(files, options)
  const packedPixels = compress(differences(pixels))
  const packedFeatures = compress(Buffer.from(numbersToFloat16(features.data).buffer))
  const described: v.InferOutput<typeof header> = {
    sidePx,
    dimension: features.columns,
    extractor,
    trainingClasses,
    classes,
    imagesOfEach,
    pixelBytes: packedPixels.length,
    featureBytes: packedFeatures.length,
  }
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  const head = Buffer.from(`${magic}${JSON.stringify(described)}\n`)
  writeFileSync(temporary, Buffer.concat([head, packedPixels, packedFeatures]))
  renameSync(temporary, file)
  const megabytes = (head.length + packedPixels.length + packedFeatures.length) / 1e6
  say(`wrote ${file}, ${megabytes.toFixed(1)} MB`)
}

async function readPictures(files: readonly PictureFile[], { backend, say }: PrepareOptions) {
  const running = await startBackend({ preferred: backend, workersFolder, projectFolder })
  const extractor = findExtractor(extractors)
  const layers = layersOf(extractor, 'pooled')
  const rowSize = dimensionOf(layers)
  const opened = await extractor.open({ backend: running, projectFolder }, layers)
  say(`features of ${files.length} pictures on ${running.report.description}`)
  const features = createMatrix(files.length, rowSize)
  const size = sidePx * sidePx * 3
  const pixels = new Uint8Array(files.length * size)
  const small = decodeInBatches(files, sidePx, imagesAtATime)
  const started = performance.now()
  for await (const large of decodeInBatches(files, extractor.input.sidePx, imagesAtATime)) {
    const batch = (await small.next()).value!
    const [failure] = [...large.failed, ...batch.failed]
    if (failure) throw new Error(`${files[failure.index]!.original}: ${failure.reason}`)
    const first = large.indices[0]!
    pixels.set(batch.pixels, first * size)
    const computed = await extractInPasses(opened, large.pixels, large.indices.length)
    features.data.set(computed!, first * rowSize)
    const done = first + large.indices.length
    if (done % (imagesAtATime * 20) === 0) {
      say(`${done} after ${Math.round((performance.now() - started) / 1000)} s`)
    }
  }
  opened.dispose()
  running.dispose()
  return { pixels, features, extractor: inputOfFeatures(extractor, layers).extractor }
}

/** @throws where the file is not whole or not one of these */
export function readInputs(file: string): QualityInputs {
  const bytes = readFileSync(file)
  if (bytes.toString('latin1', 0, magic.length) !== magic) {
    throw new Error(`${file} holds no inputs of this benchmark. Write them with --prepare ${file}`)
  }
  const end = bytes.indexOf('\n', magic.length)
  const described = v.parse(header, JSON.parse(bytes.toString('utf8', magic.length, end)))
  const { classes, imagesOfEach, dimension, pixelBytes, featureBytes } = described
  const images = classes.length * imagesOfEach
  const at = end + 1
  if (bytes.length !== at + pixelBytes + featureBytes) {
    throw new Error(`${file} is not whole. Write it again with --prepare ${file}`)
  }
  const pixels = sums(brotliDecompressSync(bytes.subarray(at, at + pixelBytes)))
  const halves = brotliDecompressSync(bytes.subarray(at + pixelBytes))
  const features = float16ToNumbers(new Uint16Array(Uint8Array.from(halves).buffer))
  return {
    pixels,
    sidePx: described.sidePx,
    features: createMatrix(images, dimension, features),
    extractor: described.extractor,
    labels: Int32Array.from({ length: images }, (_, i) => Math.floor(i / imagesOfEach)),
    trainingClasses: described.trainingClasses,
    classes,
  }
}

function compress(bytes: Uint8Array): Buffer {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
}

/** Each channel as its difference from the pixel before: flat areas become zeros. */
function differences(pixels: Uint8Array): Uint8Array {
  return pixels.map((value, at) => value - (at < 3 ? 0 : pixels[at - 3]!))
}

function sums(differences: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(differences.length)
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = differences[at]! + (at < 3 ? 0 : pixels[at - 3]!)
  }
  return pixels
}
