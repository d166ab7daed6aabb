import type { GraphRequest } from '../../backend/pictureGraph'
import { ModelWriter } from '../modelWriter'
import { decodeWeights, type Weight } from './decodeWeights'
import {
  integersOf,
  isSet,
  nodesOf,
  numberOf,
  type TensorflowNode,
  textOf,
  textsOf,
} from './graphNode'

/** The one input of a converted graph: pictures `[n, side, side, 3]` of bytes. */
export const pixelsInput = 'pixels'

/** A value of the graph as it is in ONNX, where maps are `[n, channels, height, width]`. */
export interface GraphValue {
  readonly name: string
  readonly rank: 2 | 4
}

/**
 * A graph of TensorFlow.js as an ONNX network: pictures of bytes in, normalised inside, and for each
 * output its mean over the picture `[n, channels]`, or its map row by row. Nothing of the graph beyond the outputs is in it.
 * @returns its bytes, and the names of its outputs in the order of the request
 * @throws Error whose message names what of the graph is unknown here
 */
export function graphToOnnx({
  modelTopology,
  weightSpecs,
  weights,
  input,
  outputs,
  maps = [],
}: GraphRequest): { readonly model: Uint8Array; readonly outputs: readonly string[] } {
  const writer = new ModelWriter()
  const value = convertGraph(writer, { modelTopology, weightSpecs, weights }, () =>
    normalizedPixels(writer, input),
  )
  const names = outputs.map((output, i) => {
    const { name, rank } = value(output)
    const vector =
      rank === 2
        ? name
        : maps.includes(output)
          ? writer.node('Transpose', [name], { perm: [0, 2, 3, 1] })
          : writer.node('GlobalAveragePool', [name])
    return writer.node('Flatten', [vector], { axis: 1 }, `output${i}`)
  })
  const { sidePx } = input
  const model = writer.write(
    { name: pixelsInput, type: 'UINT8', dims: ['n', sidePx, sidePx, 3] },
    names.map((name) => ({ name, dims: ['n', `${name}_channels`] })),
  )
  return { model, outputs: names }
}

/** The bytes of the input as a map `[n, 3, side, side]` of `(value - mean) / deviation`. */
export function normalizedPixels(
  writer: ModelWriter,
  { mean, deviation }: Pick<GraphRequest['input'], 'mean' | 'deviation'>,
): string {
  const numbers = writer.node('Cast', [pixelsInput], { to: 1 })
  const picture = writer.node('Transpose', [numbers], { perm: [0, 3, 1, 2] })
  const [from, by] = [mean, deviation].map((three) =>
    writer.constant(Float32Array.from(three), [1, 3, 1, 1]),
  )
  return writer.node('Div', [writer.node('Sub', [picture, from!]), by!])
}

/**
 * A graph of TensorFlow.js on a writer, as far as it is asked for.
 * @param pictures makes its input, a map
 * @returns the value at a node; throws Error whose message names what of the graph is unknown here
 */
export function convertGraph(
  writer: ModelWriter,
  graph: Pick<GraphRequest, 'modelTopology' | 'weightSpecs' | 'weights'>,
  pictures: () => string,
): (node: string) => GraphValue {
  const weights = decodeWeights(graph.weightSpecs, graph.weights)
  const conversion = new Conversion(writer, nodesOf(graph.modelTopology), weights, pictures)
  return (node) => conversion.value(node)
}

/** Walks from the outputs to the input; what was converted once is not converted again. */
class Conversion {
  private readonly values = new Map<string, GraphValue>()

  constructor(
    private readonly writer: ModelWriter,
    private readonly nodes: ReadonlyMap<string, TensorflowNode>,
    private readonly weights: ReadonlyMap<string, Weight>,
    private readonly pictures: () => string,
  ) {}

  value(reference: string): GraphValue {
    const name = nameOf(reference)
    const known = this.values.get(name)
    if (known !== undefined) return known
    const node = this.nodes.get(name)
    if (node === undefined) throw new Error(`the graph has no node ${name}`)
    const value = this.convert(node)
    this.values.set(name, value)
    return value
  }

  private convert(node: TensorflowNode): GraphValue {
    const { op } = node
    switch (op) {
      case 'Placeholder':
        return map(this.pictures())
      case 'Identity':
        return this.value(inputOf(node, 0))
      case 'Conv2D':
      case '_FusedConv2D':
        return this.convolution(node, false)
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2dNative':
        return this.convolution(node, true)
      case 'BiasAdd':
      case 'Add':
      case 'AddV2':
        return this.elementwise('Add', node)
      case 'Sub':
        return this.elementwise('Sub', node)
      case 'Mul':
        return this.elementwise('Mul', node)
      case 'RealDiv':
        return this.elementwise('Div', node)
      case 'Relu':
      case 'Relu6':
      case 'Sigmoid': {
        const { name, rank } = this.value(inputOf(node, 0))
        return { name: this.activation(op, name), rank }
      }
      case 'FusedBatchNorm':
      case 'FusedBatchNormV2':
      case 'FusedBatchNormV3':
        return this.batchNorm(node)
      case 'Pad':
      case 'PadV2':
        return this.padding(node)
      case 'AvgPool':
      case 'MaxPool':
        return this.pooling(node)
      case 'Mean':
        return this.mean(node)
      case 'Squeeze':
        return this.squeeze(node)
      case 'MatMul':
      case '_FusedMatMul':
        return this.product(node)
      default:
        throw new Error(`the operation ${op} is unknown here`)
    }
  }

  private convolution(node: TensorflowNode, isDepthwise: boolean): GraphValue {
    requireNhwc(node)
    const x = this.map(node)
    const { shape, data } = this.weight(node, 1)
    const [height = 0, width = 0, inputs = 0, outputs = 0] = shape
    // TensorFlow has the filter's last index innermost; ONNX begins with the output.
    const filters = isDepthwise ? inputs * outputs : outputs
    const ofEach = isDepthwise ? 1 : inputs
    const turned = new Float32Array(data.length)
    for (let place = 0; place < height * width; place++) {
      for (let i = 0; i < ofEach; i++) {
        for (let o = 0; o < filters; o++) {
          turned[(o * ofEach + i) * height * width + place] =
            data[(place * ofEach + i) * filters + o]!
        }
      }
    }
    const weights = this.writer.constant(turned, [filters, ofEach, height, width])
    const [first = '', ...rest] = textsOf(node, 'fused_ops')
    if (first !== '' && first !== 'BiasAdd') {
      throw new Error(`a convolution fused with ${first} is unknown here`)
    }
    const bias = first === 'BiasAdd' ? [this.vector(node, 2)] : []
    const name = this.writer.node('Conv', [x, weights, ...bias], {
      kernel_shape: [height, width],
      strides: spatial(node, 'strides'),
      dilations: spatial(node, 'dilations'),
      ...(isDepthwise ? { group: inputs } : {}),
      ...paddingOf(node, [height, width]),
    })
    return map(rest.reduce((value, operation) => this.activation(operation, value), name))
  }

  private activation(operation: string, input: string): string {
    if (operation === 'Relu' || operation === 'Sigmoid') return this.writer.node(operation, [input])
    if (operation !== 'Relu6') throw new Error(`the activation ${operation} is unknown here`)
    const bounds = [0, 6].map((bound) => this.writer.constant(Float32Array.of(bound), []))
    return this.writer.node('Clip', [input, ...bounds])
  }

  private elementwise(operation: string, node: TensorflowNode): GraphValue {
    const references = [inputOf(node, 0), inputOf(node, 1)]
    const fixed = references.map((reference) => this.weights.get(this.source(reference)))
    const computed = references.filter((_, i) => fixed[i] === undefined)
    const [one, other] = computed.map((reference) => this.value(reference))
    if (one === undefined) throw new Error(`${node.name} is computed from constants alone`)
    if (other !== undefined && other.rank !== one.rank) {
      throw new Error(`${node.name} joins a map and a vector`)
    }
    const { rank } = one
    const names = references.map((reference, i) =>
      fixed[i] === undefined
        ? this.value(reference).name
        : this.broadcast(fixed[i], rank, node.name),
    )
    return { name: this.writer.node(operation, names), rank }
  }

  /** One number, or one for each channel. */
  private broadcast({ shape, data }: Weight, rank: 2 | 4, where: string): string {
    const channels = shape.at(-1) ?? 1
    if (data.length !== channels) throw new Error(`${where} has a constant [${shape.join()}]`)
    return this.writer.constant(
      Float32Array.from(data),
      rank === 4 ? [1, channels, 1, 1] : [1, channels],
    )
  }

  private batchNorm(node: TensorflowNode): GraphValue {
    requireNhwc(node)
    if (isSet(node, 'is_training', true)) {
      throw new Error(`${node.name} normalises by its batch`)
    }
    const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => this.vector(node, i))
    const name = this.writer.node(
      'BatchNormalization',
      [this.map(node), scale!, offset!, mean!, variance!],
      { epsilon: { float: numberOf(node, 'epsilon', 1e-3) } },
    )
    return map(name)
  }

  private padding(node: TensorflowNode): GraphValue {
    const { data } = this.weight(node, 1)
    const at = [0, 3, 1, 2]
    const pads = [...at.map((axis) => data[2 * axis]!), ...at.map((axis) => data[2 * axis + 1]!)]
    const value = node.op === 'PadV2' ? this.weight(node, 2).data[0]! : 0
    const name = this.writer.node('Pad', [
      this.map(node),
      this.writer.constant(BigInt64Array.from(pads, BigInt), [8]),
      this.writer.constant(Float32Array.of(value), []),
    ])
    return map(name)
  }

  private pooling(node: TensorflowNode): GraphValue {
    requireNhwc(node)
    const name = this.writer.node(
      node.op === 'AvgPool' ? 'AveragePool' : 'MaxPool',
      [this.map(node)],
      {
        kernel_shape: spatial(node, 'ksize'),
        strides: spatial(node, 'strides'),
        ...paddingOf(node, spatial(node, 'ksize')),
      },
    )
    return map(name)
  }

  private mean(node: TensorflowNode): GraphValue {
    const axes = [...this.weight(node, 1).data].map((axis) => (axis < 0 ? axis + 4 : axis))
    if (axes.sort().join() !== '1,2') throw new Error(`${node.name} is a mean over other axes`)
    const pooled = this.writer.node('GlobalAveragePool', [this.map(node)])
    return isSet(node, 'keep_dims') ? map(pooled) : this.flat(pooled)
  }

  private squeeze(node: TensorflowNode): GraphValue {
    const { name, rank } = this.value(inputOf(node, 0))
    const axes = integersOf(node, 'squeeze_dims').map((axis) => (axis < 0 ? axis + rank : axis))
    if (rank !== 4 || [...axes].sort().join() !== '1,2') {
      throw new Error(`${node.name} drops other axes than those of the picture`)
    }
    return this.flat(name)
  }

  private product(node: TensorflowNode): GraphValue {
    const { name, rank } = this.value(inputOf(node, 0))
    const { shape, data } = this.weight(node, 1)
    if (rank !== 2 || shape.length !== 2) throw new Error(`${node.name} is no product of a matrix`)
    if (isSet(node, 'transpose_a')) throw new Error(`${node.name} turns its first factor`)
    const [first = '', ...rest] = textsOf(node, 'fused_ops')
    if (first !== '' && first !== 'BiasAdd') {
      throw new Error(`a product fused with ${first} is unknown here`)
    }
    const matrix = this.writer.constant(Float32Array.from(data), shape)
    const bias = first === 'BiasAdd' ? [this.vector(node, 2)] : []
    const product = this.writer.node('Gemm', [name, matrix, ...bias], {
      transB: isSet(node, 'transpose_b') ? 1 : 0,
    })
    const value = rest.reduce((given, operation) => this.activation(operation, given), product)
    return { name: value, rank: 2 }
  }

  private flat(name: string): GraphValue {
    return { name: this.writer.node('Flatten', [name], { axis: 1 }), rank: 2 }
  }

  /** The first input, which is a map. */
  private map(node: TensorflowNode): string {
    const { name, rank } = this.value(inputOf(node, 0))
    if (rank !== 4) throw new Error(`${node.name} has no map as its input`)
    return name
  }

  private vector(node: TensorflowNode, input: number): string {
    const { data } = this.weight(node, input)
    return this.writer.constant(Float32Array.from(data), [data.length])
  }

  private weight(node: TensorflowNode, input: number): Weight {
    const found = this.weights.get(this.source(inputOf(node, input)))
    if (found === undefined) throw new Error(`input ${input} of ${node.name} is not constant`)
    return found
  }

  /** What a reference names, behind nodes that pass it on. */
  private source(reference: string): string {
    const name = nameOf(reference)
    const node = this.nodes.get(name)
    return node?.op === 'Identity' ? this.source(inputOf(node, 0)) : name
  }
}

const map = (name: string): GraphValue => ({ name, rank: 4 })

/** Without the number of the output, which is the first; others are not known here. */
function nameOf(reference: string): string {
  const [name = '', output = '0'] = reference.split(':')
  if (output !== '0') throw new Error(`${reference} is not the first output of its node`)
  return name
}

function inputOf({ name, input }: TensorflowNode, i: number): string {
  const found = input[i]
  if (found === undefined) throw new Error(`${name} has no input ${i}`)
  return found
}

function requireNhwc(node: TensorflowNode): void {
  const format = textOf(node, 'data_format', 'NHWC')
  if (format !== 'NHWC') throw new Error(`${node.name} is in the format ${format}`)
}

/** Of four numbers, those of height and width. */
function spatial(node: TensorflowNode, name: string): number[] {
  const [, height = 1, width = 1] = integersOf(node, name)
  return [height, width]
}

function paddingOf(
  node: TensorflowNode,
  window: readonly number[],
): Readonly<Record<string, string | number[]>> {
  const kind = textOf(node, 'padding')
  if (kind === 'SAME') {
    const dilations = spatial(node, 'dilations')
    if (dilations.every((by) => by === 1)) return { auto_pad: 'SAME_UPPER' }
    // The library pads no dilated windows by itself; at stride 1 it does not depend on the size.
    if (spatial(node, 'strides').some((by) => by !== 1)) {
      throw new Error(`${node.name} has both strides and dilations`)
    }
    const added = window.map((size, i) => (size - 1) * dilations[i]!)
    const before = added.map((count) => Math.floor(count / 2))
    return { pads: [...before, ...added.map((count, i) => count - before[i]!)] }
  }
  if (kind === 'VALID') return { auto_pad: 'VALID' }
  const explicit = integersOf(node, 'explicit_paddings')
  if (kind !== 'EXPLICIT' || explicit.length !== 8) {
    throw new Error(`${node.name} has the padding ${kind}`)
  }
  const [, , top, bottom, left, right] = explicit
  return { pads: [top!, left!, bottom!, right!] }
}
