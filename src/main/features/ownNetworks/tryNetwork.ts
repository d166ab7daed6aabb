import type { LeftOutLayer, PlacedNetwork } from '../../../shared/model/ownNetwork'
import { decodeSquare, type PictureFile } from '../pictures'
import { openOwn } from './ownExtractor'
import type { OpenOwnSession } from './ownSession'
import { refusedNetwork } from './refusal'

/** Pictures of the set that a network is tried on. */
const wantedPictures = 3
/** Others are taken where some cannot be read. */
const mostTried = 24
/** Least distance of two vectors, as a share of their length, that counts as different. */
const leastDifference = 1e-4
const timedPasses = 3

export interface NetworkTrial {
  /** Without layers that gave nothing of use, and with how many pictures it takes at a time. */
  readonly placed: PlacedNetwork
  readonly leftOut: readonly LeftOutLayer[]
  readonly pictures: number
  /** Measured, on this machine. */
  readonly msPerPicture: number
}

/**
 * Runs a network on three pictures of a set, which must give three different finite vectors, and
 * measures how long it takes.
 * @throws AppError invalidInput with the reason where it does not
 */
export async function tryNetwork(
  { file, network }: PlacedNetwork,
  pictures: readonly PictureFile[],
  openOnnx: OpenOwnSession,
): Promise<NetworkTrial> {
  const { sidePx } = network.input
  const decoded = await differentPictures(pictures, sidePx)
  if (decoded.length === 0) {
    throw refusedNetwork(
      file,
      'none of the pictures that it was to be tried on could be read',
      '用来试运行的图片均无法读取',
    )
  }
  const n = decoded.length
  const pixels = new Uint8Array(n * sidePx ** 2 * 3)
  decoded.forEach((one, i) => pixels.set(one, i * one.length))
  const opened = await openOwn({ file, network }, network.layers, openOnnx)
  try {
    const rows = await opened.extract(pixels, n)
    const { layers, leftOut } = judge(network.layers, rows, n)
    const isDefaultLeft = layers.some(({ name }) => name === network.defaultLayers)
    if (layers.length === 0 || !isDefaultLeft) {
      const why = leftOut.find(({ layer }) => layer === network.defaultLayers) ?? leftOut[0]
      throw refusedNetwork(
        file,
        `on ${n} pictures of the set ${why?.reason}`,
        `用 ${n} 张图片试运行时，${why?.chinese}`,
      )
    }
    // What says that it takes any number of pictures may mix them, or take the first alone.
    const alone = await opened.extract(pixels.subarray(0, pixels.length / n), 1)
    const batch = isNear(alone, rows.subarray(0, alone.length)) ? network.input.batch : 1
    const start = performance.now()
    for (let pass = 0; pass < timedPasses; pass++) await opened.extract(pixels, n)
    const msPerPicture = (performance.now() - start) / (timedPasses * n)
    return {
      placed: { file, network: { ...network, layers, input: { ...network.input, batch } } },
      leftOut,
      pictures: n,
      msPerPicture,
    }
  } finally {
    opened.dispose()
  }
}

/** Pictures that show different things: of equal ones no network can tell anything. */
async function differentPictures(
  pictures: readonly PictureFile[],
  sidePx: number,
): Promise<readonly Uint8Array[]> {
  const decoded: Uint8Array[] = []
  for (const picture of pictures.slice(0, mostTried)) {
    if (decoded.length === wantedPictures) break
    const one = await decodeSquare(picture, sidePx).catch(() => null)
    if (one === null || decoded.some((other) => Buffer.compare(one, other) === 0)) continue
    decoded.push(one)
  }
  return decoded
}

type Fault = Pick<LeftOutLayer, 'reason' | 'chinese'>
type Layers = PlacedNetwork['network']['layers']

function judge(layers: Layers, rows: Float32Array, n: number) {
  const rowSize = rows.length / n
  const sound: Layers = []
  const leftOut: LeftOutLayer[] = []
  let column = 0
  for (const layer of layers) {
    const vectors = Array.from({ length: n }, (_, i) =>
      rows.subarray(i * rowSize + column, i * rowSize + column + layer.dimension),
    )
    const fault = faultOf(layer.name, vectors)
    if (fault === null) sound.push(layer)
    else leftOut.push({ layer: layer.name, ...fault })
    column += layer.dimension
  }
  return { layers: sound, leftOut }
}

function faultOf(name: string, vectors: readonly Float32Array[]): Fault | null {
  if (vectors.some((vector) => !vector.every(Number.isFinite))) {
    return {
      reason: `${name} gave numbers that are not finite. Half precision may be too little for it, or mean and deviation are not its own`,
      chinese: `${name} 给出了非有限数。半精度可能不足，或均值与标准差不对`,
    }
  }
  if (vectors.some((vector) => vector.every((one) => one === 0))) {
    return { reason: `${name} gave zeros`, chinese: `${name} 给出的全是零` }
  }
  const areAlike = vectors.some((one, i) => vectors.slice(0, i).some((other) => isNear(one, other)))
  if (!areAlike) return null
  return {
    reason: `${name} gave the same numbers for different pictures. Its mean and deviation, or which of its dimensions are the colours, may not be its own`,
    chinese: `${name} 对不同图片给出了相同的数。均值与标准差，或颜色所在的维度可能不对`,
  }
}

function isNear(a: Float32Array, b: Float32Array): boolean {
  let [difference, length] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2
    length += a[i]! ** 2
  }
  return Math.sqrt(difference) <= leastDifference * Math.sqrt(length)
}
