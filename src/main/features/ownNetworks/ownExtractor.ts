import { dirname } from 'node:path'
import { AppError, bilingualError } from '../../../shared/errors'
import { describeOwn, type OwnInput, type PlacedNetwork } from '../../../shared/model/ownNetwork'
import type { Extractor, OpenExtractor } from '../extractors/extractor'
import { findDataFiles, hashNetwork } from './dataFiles'
import { readOnnxHeader } from './onnxHeader'
import type { OwnSession, OpenOwnSession } from './ownSession'
import { poolFeatures } from './poolFeatures'
import { tapModel } from './tappedModel'

/** Pictures a pass where the network takes any number. */
const passRows = 8

/** A person's own network among the pretrained ones. */
export function ownExtractor({ file, network }: PlacedNetwork): Extractor {
  return {
    ...describeOwn(network),
    placed: { file, network },
    async open({ openOnnx }, layers) {
      if (openOnnx === undefined) throw new Error('ONNX Runtime was not given')
      return openOwn({ file, network }, layers, openOnnx)
    },
  }
}

/** Features of some layers of a network, see `Extractor.open`. */
export async function openOwn(
  { file, network }: PlacedNetwork,
  layers: readonly { readonly name: string }[],
  openOnnx: OpenOwnSession,
): Promise<OpenExtractor> {
  await checkUnchanged({ file, network })
  const taken = layers.map(({ name }) => network.layers.find((layer) => layer.name === name)!)
  const tensors = [...new Set(taken.map(({ tensor }) => tensor))]
  const rowSize = taken.reduce((sum, { dimension }) => sum + dimension, 0)
  const session = await openTapped({ file, network }, tensors, openOnnx)
  return opened(session, network.input, {
    rowSize,
    fill(outputs, n, rows) {
      let column = 0
      for (const layer of taken) {
        const numbers = outputs[tensors.indexOf(layer.tensor)]!
        poolFeatures(layer, numbers, n, { rows, rowSize, column })
        column += layer.dimension
      }
    },
  })
}

/** @throws AppError backendUnavailable where its files are gone or others */
async function checkUnchanged({ file, network }: PlacedNetwork): Promise<void> {
  const model = await readOnnxHeader(file).catch((error: unknown) => {
    throw gone(file, error)
  })
  const { contentHash } = await hashNetwork(file, await findDataFiles(file, model))
  if (contentHash === network.contentHash) return
  const words = {
    en: `The network ${network.title} in ${file} has changed since it was added: features of it would not be comparable. Put back the file that was added, or add it again and train again.`,
    'zh-CN': `${file} 中的网络 ${network.title} 在添加之后已经改变，其特征无法与之前的比较。请放回原来的文件，或重新添加后再训练。`,
  }
  throw bilingualError('backendUnavailable', words, { file, extractor: network.id })
}

function gone(file: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const given = cause instanceof AppError ? cause.details['unsuitableChinese'] : undefined
  const words = {
    en: `${reason} It was there when it was added; put it back, or name it where it is now.`,
    'zh-CN': `${given ?? `无法读取网络文件 ${file}。`}添加时它还可用；请放回原处，或重新添加。`,
  }
  return bilingualError('backendUnavailable', words, { file }, cause)
}

async function openTapped(
  { file, network }: { readonly file: string; readonly network: { readonly input: OwnInput } },
  tensors: readonly string[],
  open: OpenOwnSession,
): Promise<OwnSession> {
  const tapped = tapModel(await readOnnxHeader(file), network.input, tensors)
  return open({
    model: tapped.bytes,
    weightsFolder: dirname(file),
    inputName: tapped.inputName,
    outputs: tapped.outputs,
  })
}

function opened(
  session: OwnSession,
  input: OwnInput,
  features: {
    readonly rowSize: number
    readonly fill: (outputs: readonly Float32Array[], n: number, rows: Float32Array) => void
  },
): OpenExtractor {
  const atOnce = input.batch ?? passRows
  const pictureSize = input.sidePx ** 2 * 3
  return {
    passRows: atOnce,
    async extract(pixels, n) {
      if (pixels.length !== n * pictureSize) {
        throw new Error(`${n} pictures have ${n * pictureSize} numbers, not ${pixels.length}`)
      }
      const rows = new Float32Array(n * features.rowSize)
      for (let from = 0; from < n; from += atOnce) {
        const taken = Math.min(atOnce, n - from)
        // One that takes a fixed number of pictures is given empty ones beside the last.
        const given = input.batch ?? taken
        const numbers = picturesFor(
          input,
          pixels.subarray(from * pictureSize, (from + taken) * pictureSize),
          given,
        )
        const outputs = await session.run(numbers, dimsOf(input, given))
        features.fill(
          outputs.map(({ data }) => data.subarray(0, (data.length / given) * taken)),
          taken,
          rows.subarray(from * features.rowSize, (from + taken) * features.rowSize),
        )
      }
      return rows
    },
    dispose: () => session.dispose(),
  }
}

export const dimsOf = ({ layout, sidePx }: OwnInput, n: number): readonly number[] =>
  layout === 'nchw' ? [n, 3, sidePx, sidePx] : [n, sidePx, sidePx, 3]

/** Bytes `[n, side, side, 3]` as the network takes them; pictures that are missing are zeros. */
export function picturesFor(input: OwnInput, pixels: Uint8Array, n: number): Float32Array {
  const { layout, sidePx, mean, deviation } = input
  const places = sidePx ** 2
  const numbers = new Float32Array(n * places * 3)
  const isFirst = layout === 'nchw'
  for (let c = 0; c < 3; c++) {
    const scale = 1 / deviation[c]!
    const shift = mean[c]! * scale
    for (let i = 0; i * places * 3 < pixels.length; i++) {
      const from = i * places * 3 + c
      const to = isFirst ? (i * 3 + c) * places : from
      const step = isFirst ? 1 : 3
      for (let place = 0; place < places; place++) {
        numbers[to + place * step] = pixels[from + place * 3]! * scale - shift
      }
    }
  }
  return numbers
}
