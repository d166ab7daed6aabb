import type { Random } from '../../math/random'
import type { ConvolutionNode, GraphNode } from './graphNodes'
import type { TunedStructure } from './tunedStructure'

/** The size of a residual network. */
export interface ResidualSize {
  /** Blocks in each of the stages. */
  readonly depth: number
  /** Channels of the first stage; each stage after it has twice as many, at half the side. */
  readonly width: number
}

/** Stages of blocks, each at half the side of the one before it. */
const residualStages = 3
const pictureChannels = 3
const input = 'pictures'

interface Layer {
  readonly node: ConvolutionNode
  readonly shape: readonly [number, number, number, number]
  /** Standard deviation of the start filter, as a share of that of He et al. (2015). */
  readonly share: number
}

/**
 * A convolution of stride 2, then `depth` blocks `x + convolution(relu(convolution(x)))`, in each of
 * three stages; a pointwise convolution with a rectifier, of which the mean over the picture is
 * taken. There is no normalisation: as in Fixup (Zhang, Dauphin, Ma 2019) the last convolution of
 * each block begins at zero, so that the block leaves its input as it is, and the first at
 * `1 / sqrt(blocks)` of the rule of He et al. (2015).
 */
function layersOf({ depth, width }: ResidualSize): {
  readonly layers: readonly Layer[]
  readonly nodes: readonly GraphNode[]
  readonly features: { readonly node: string; readonly channels: number }
} {
  const layers: Layer[] = []
  const nodes: GraphNode[] = []
  let last = input
  let channels = pictureChannels
  const convolve = (
    name: string,
    options: Pick<ConvolutionNode, 'stride' | 'activation'> & {
      readonly side: number
      readonly outputs: number
      readonly share: number
    },
  ): void => {
    const { side, outputs, share, stride, activation } = options
    const node: ConvolutionNode = {
      ...{ kind: 'convolution', name, input: last, stride, activation },
      ...{ filter: `${name}/filter`, bias: `${name}/bias` },
    }
    nodes.push(node)
    layers.push({ node, shape: [side, side, channels, outputs], share })
    last = name
    channels = outputs
  }
  const branchShare = 1 / Math.sqrt(residualStages * depth)
  for (let stage = 1; stage <= residualStages; stage++) {
    const outputs = width * 2 ** (stage - 1)
    const common = { side: 3, outputs } as const
    convolve(`stage${stage}/down`, { ...common, stride: 2, activation: 'relu', share: 1 })
    for (let block = 1; block <= depth; block++) {
      const name = `stage${stage}/block${block}`
      const before = last
      convolve(`${name}/first`, { ...common, stride: 1, activation: 'relu', share: branchShare })
      convolve(`${name}/second`, { ...common, stride: 1, activation: 'none', share: 0 })
      nodes.push({ kind: 'sum', name, inputs: [before, last] })
      last = name
    }
  }
  convolve('top', { side: 1, outputs: channels, stride: 1, activation: 'relu', share: 1 })
  return { layers, nodes, features: { node: last, channels } }
}

/** The network as nodes, from pictures `[side, side, 3]`. */
export function residualStructure(size: ResidualSize): TunedStructure {
  const { nodes, features } = layersOf(size)
  return { from: input, nodes, taps: [{ ...features, rootScale: null }] }
}

/** Weights to start from, by the names that the nodes have for them. */
export function residualStart(
  size: ResidualSize,
  random: Random,
): readonly {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}[] {
  return layersOf(size).layers.flatMap(({ node, shape, share }) => {
    const [height, width, inputs, outputs] = shape
    const deviation = share * Math.sqrt(2 / (height * width * inputs))
    const chance = random.fork(node.name)
    const data = new Float32Array(height * width * inputs * outputs)
    if (deviation > 0) for (let i = 0; i < data.length; i++) data[i] = chance.normal(0, deviation)
    return [
      { name: node.filter, shape: [...shape], data },
      { name: node.bias, shape: [outputs], data: new Float32Array(outputs) },
    ]
  })
}

/** Trained numbers, with those of the linear layer behind it. */
export function residualNumbers(size: ResidualSize, embeddingSize: number): number {
  const { layers, features } = layersOf(size)
  return layers.reduce(
    (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1) + shape[3],
    (features.channels + 1) * embeddingSize,
  )
}

/** Multiply-adds of one picture of such a side through the network, forward. */
export function residualMultiplyAdds(size: ResidualSize, imageSizePx: number): number {
  let side = imageSizePx
  return layersOf(size).layers.reduce((sum, { node, shape }) => {
    side = Math.ceil(side / node.stride)
    return sum + side * side * shape.reduce((product, length) => product * length, 1)
  }, 0)
}
