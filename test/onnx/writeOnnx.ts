import { create, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import { createRandom } from '../../src/core/math/random'

const { FLOAT, FLOAT16, INT64 } = TensorProto_DataType
export type Dim = number | string

export interface OnnxFiles {
  readonly model: Uint8Array
  /** Of its external data; empty: all is in the model. */
  readonly data: Buffer
}

export interface Written {
  readonly inputs: readonly ValueInfoProto[]
  readonly outputs: readonly ValueInfoProto[]
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
  readonly opset?: number
  readonly domain?: string
}

export function writeModel(graph: Written): Uint8Array {
  const { inputs, outputs, nodes, initializers, opset = 17, domain = '' } = graph
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'semblance tests',
      opsetImport: [{ domain, version: BigInt(opset) }],
      graph: create(GraphProtoSchema, {
        name: 'network',
        node: [...nodes],
        initializer: [...initializers],
        input: [...inputs],
        output: [...outputs],
      }),
    }),
  )
}

export const value = (name: string, elemType: number, dims: readonly Dim[]): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType,
          shape: {
            dim: dims.map((dim) => ({
              value:
                typeof dim === 'number'
                  ? { case: 'dimValue' as const, value: BigInt(dim) }
                  : { case: 'dimParam' as const, value: dim },
            })),
          },
        },
      },
    },
  })

type Attribute = number | readonly number[] | { readonly float: number }

export const node = (
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): NodeProto =>
  create(NodeProtoSchema, {
    opType,
    name: output,
    input: [...input],
    output: [output],
    attribute: Object.entries(attributes).map(([name, given]) => attribute(name, given)),
  })

function attribute(name: string, given: Attribute): AttributeProto {
  const { FLOAT, INT, INTS } = AttributeProto_AttributeType
  if (typeof given === 'number') {
    return create(AttributeProtoSchema, { name, type: INT, i: BigInt(given) })
  }
  if ('float' in given) return create(AttributeProtoSchema, { name, type: FLOAT, f: given.float })
  return create(AttributeProtoSchema, { name, type: INTS, ints: given.map(BigInt) })
}

const whole = (name: string, values: readonly number[]): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dataType: INT64,
    dims: [BigInt(values.length)],
    rawData: Uint8Array.from(Buffer.from(BigInt64Array.from(values.map(BigInt)).buffer)),
  })

/** Weights from a seed, put into the model or behind one another into a file beside it. */
class Weights {
  readonly tensors: TensorProto[] = []
  readonly data: Buffer[] = []
  private length = 0
  private readonly random = createRandom(7)

  constructor(
    private readonly half: boolean,
    private readonly location: string | null,
  ) {}

  add(name: string, dims: readonly number[], spread: number): string {
    const count = dims.reduce((product, dim) => product * dim, 1)
    const numbers = Float32Array.from({ length: count }, () => this.random.normal(0, spread))
    const bytes = this.half ? halves(numbers) : Buffer.from(numbers.buffer)
    const tensor = create(TensorProtoSchema, {
      name,
      dataType: this.half ? FLOAT16 : FLOAT,
      dims: dims.map(BigInt),
    })
    if (this.location === null) tensor.rawData = Uint8Array.from(bytes)
    else {
      tensor.dataLocation = TensorProto_DataLocation.EXTERNAL
      const place = { location: this.location, offset: this.length, length: bytes.length }
      tensor.externalData = Object.entries(place).map(
        ([key, value]) =>
          ({ $typeName: 'onnx.StringStringEntryProto', key, value: String(value) }) as const,
      )
      this.data.push(bytes)
      this.length += bytes.length
    }
    this.tensors.push(tensor)
    return name
  }
}

/** Float16 of numbers that are small and not denormal in it. */
function halves(numbers: Float32Array): Buffer {
  const bits = new Uint32Array(numbers.buffer)
  const bytes = Buffer.alloc(numbers.length * 2)
  bits.forEach((bit, i) => {
    const exponent = ((bit >>> 23) & 0xff) - 127 + 15
    const sign = (bit >>> 16) & 0x8000
    const value = exponent <= 0 ? sign : sign | (exponent << 10) | ((bit >>> 13) & 0x3ff)
    bytes.writeUInt16LE(value, i * 2)
  })
  return bytes
}

export interface NetworkForm {
  readonly kind: 'maps' | 'tokens'
  readonly layout?: 'nchw' | 'nhwc'
  readonly batch?: Dim
  readonly sidePx?: Dim
  readonly half?: boolean
  /** Name of the file of its weights; absent: they are in the model. */
  readonly location?: string
  readonly channels?: number
}

/**
 * A small network of random weights: maps that are averaged and classified as a ResNet's are, or
 * tokens with one for the class as a vision transformer's.
 */
export function writeNetwork({
  kind,
  layout = 'nchw',
  batch = 'batch',
  sidePx = 32,
  half = false,
  location,
  channels = 3,
}: NetworkForm): OnnxFiles {
  const weights = new Weights(half, location ?? null)
  const type = half ? FLOAT16 : FLOAT
  const isFirst = layout === 'nchw'
  const dims = isFirst ? [batch, channels, sidePx, sidePx] : [batch, sidePx, sidePx, channels]
  const turned = isFirst ? [] : [node('Transpose', ['pixels'], 'turned', { perm: [0, 3, 1, 2] })]
  const first = isFirst ? 'pixels' : 'turned'
  const body =
    kind === 'maps' ? mapNodes(first, channels, weights) : tokenNodes(first, channels, weights)
  const model = writeModel({
    inputs: [value('pixels', type, dims)],
    outputs: body.outputs(type, batch),
    nodes: [...turned, ...body.nodes],
    initializers: [...weights.tensors, ...body.constants],
  })
  return { model, data: Buffer.concat(weights.data) }
}

interface Body {
  readonly nodes: readonly NodeProto[]
  readonly constants: readonly TensorProto[]
  readonly outputs: (type: number, batch: Dim) => readonly ValueInfoProto[]
}

function mapNodes(first: string, channels: number, weights: Weights): Body {
  const conv = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }
  const same = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }
  return {
    nodes: [
      node('Conv', [first, weights.add('w1', [16, channels, 3, 3], 0.3)], 'c1', conv),
      node('Relu', ['c1'], 'r1'),
      node('Conv', ['r1', weights.add('w2', [24, 16, 3, 3], 0.12)], 'c2', conv),
      node('Relu', ['c2'], 'r2'),
      node('Conv', ['r2', weights.add('w3', [24, 24, 3, 3], 0.1)], 'c3', same),
      node('Add', ['c3', 'r2'], 'joined'),
      node('Relu', ['joined'], 'map'),
      node('GlobalAveragePool', ['map'], 'averages'),
      node('Flatten', ['averages'], 'flat', { axis: 1 }),
      node('Gemm', ['flat', weights.add('w4', [10, 24], 0.2)], 'logits', { transB: 1 }),
    ],
    constants: [],
    outputs: (type, batch) => [value('logits', type, [batch, 10])],
  }
}

/** Patches of 8 pixels, one token before them, one residual step, a normalisation. */
function tokenNodes(first: string, channels: number, weights: Weights): Body {
  const size = 32
  const patch = { kernel_shape: [8, 8], strides: [8, 8] }
  return {
    nodes: [
      node('Conv', [first, weights.add('patch', [size, channels, 8, 8], 0.1)], 'patches', patch),
      node('Reshape', ['patches', 'rowShape'], 'columns'),
      node('Transpose', ['columns'], 'rows', { perm: [0, 2, 1] }),
      // As many rows of the class token as there are pictures.
      node('Slice', ['rows', 'zero', 'one', 'one'], 'firstRow'),
      node('Sub', ['firstRow', 'firstRow'], 'zeros'),
      node('Add', ['zeros', weights.add('class', [1, 1, size], 0.5)], 'classRow'),
      node('Concat', ['classRow', 'rows'], 'tokens', { axis: 1 }),
      node('Add', ['tokens', weights.add('position', [1, 17, size], 0.3)], 'placed'),
      node('Transpose', ['placed'], 'turnedRows', { perm: [0, 2, 1] }),
      node('MatMul', ['placed', 'turnedRows'], 'similar'),
      node('Softmax', ['similar'], 'attention', { axis: -1 }),
      node('MatMul', ['attention', 'placed'], 'mixed'),
      node('MatMul', ['mixed', weights.add('value', [size, size], 0.2)], 'valued'),
      node('Add', ['valued', 'placed'], 'stream'),
      node(
        'LayerNormalization',
        ['stream', weights.add('gain', [size], 1), weights.add('bias', [size], 0.1)],
        'last_hidden_state',
        { axis: -1 },
      ),
      node('Gather', ['last_hidden_state', 'first'], 'pooled', { axis: 1 }),
    ],
    constants: [
      whole('rowShape', [0, size, -1]),
      whole('zero', [0]),
      whole('one', [1]),
      create(TensorProtoSchema, { name: 'first', dataType: INT64, int64Data: [0n] }),
    ],
    outputs: (type, batch) => [value('last_hidden_state', type, [batch, 17, size])],
  }
}
