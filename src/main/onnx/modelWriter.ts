import { create, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'

/** What an attribute of a node may be; a list of numbers is one of integers. */
type Attribute = number | string | readonly number[] | { readonly float: number }

/** Versions that every ONNX Runtime since 2023 reads. */
const irVersion = 8n
export const opset = 17

/** Puts an ONNX network together node by node. */
export class ModelWriter {
  private readonly nodes: NodeProto[] = []
  private readonly initializers = new Map<string, TensorProto>()
  private names = 0

  /** @param prefix of all names that are made here, where others are beside them */
  constructor(private readonly prefix = '') {}

  /** @returns the name of its output */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = this.name('t'),
  ): string {
    this.nodes.push(
      create(NodeProtoSchema, {
        opType,
        input: [...input],
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
      }),
    )
    return output
  }

  /** A tensor of fixed numbers; equal ones of few numbers are written once. @returns its name */
  constant(data: Float32Array | BigInt64Array, dims: readonly number[]): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    const isFloat = data instanceof Float32Array
    const key =
      data.length <= 4
        ? `${this.prefix}${isFloat ? 'f' : 'i'}${dims.join('x')}:${[...data].join()}`
        : this.name('c')
    if (!this.initializers.has(key)) {
      this.initializers.set(
        key,
        create(TensorProtoSchema, {
          name: key,
          dims: dims.map(BigInt),
          dataType: isFloat ? TensorProto_DataType.FLOAT : TensorProto_DataType.INT64,
          rawData,
        }),
      )
    }
    return key
  }

  /** The nodes so far, and takes them out of the network. */
  takeNodes(): NodeProto[] {
    return this.nodes.splice(0)
  }

  /** Puts nodes of another network behind those so far. */
  append(nodes: readonly NodeProto[], initializers: readonly TensorProto[]): void {
    this.nodes.push(...nodes)
    for (const tensor of initializers) this.initializers.set(tensor.name, tensor)
  }

  /** The network as the bytes of a file. */
  write(
    input: ModelInput,
    outputs: readonly ModelOutput[],
    { versions, facts = {} }: WriteOptions = {},
  ): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion,
        producerName: 'Semblance',
        opsetImport: [create(OperatorSetIdProtoSchema, { version: BigInt(opset) })],
        ...versions,
        metadataProps: Object.entries(facts).map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        ),
        graph: create(GraphProtoSchema, {
          name: 'network',
          node: this.nodes,
          initializer: [...this.initializers.values()],
          input: [valueInfo(input.name, input.dims, TensorProto_DataType[input.type])],
          output: outputs.map(({ name, dims }) =>
            valueInfo(name, dims, TensorProto_DataType.FLOAT),
          ),
        }),
      }),
    )
  }

  private name(kind: 't' | 'c'): string {
    return `${this.prefix}${kind}${++this.names}`
  }
}

interface ModelInput {
  readonly name: string
  readonly type: 'FLOAT' | 'UINT8'
  readonly dims: Dimensions
}

interface ModelOutput {
  readonly name: string
  readonly dims: Dimensions
}

interface WriteOptions {
  /** Of a network that holds another one: what that one needs. */
  readonly versions?: Pick<ModelProto, 'irVersion' | 'opsetImport' | 'functions'>
  /** What a reader is told about it. */
  readonly facts?: Readonly<Record<string, string>>
}

/** A name stands for a size that is open. */
type Dimensions = readonly (number | string)[]

function attributeOf(name: string, value: Attribute): AttributeProto {
  const { FLOAT, INT, INTS, STRING } = AttributeProto_AttributeType
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) })
  }
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) })
  }
  return 'float' in value
    ? create(AttributeProtoSchema, { name, type: FLOAT, f: value.float })
    : create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) })
}

export function valueInfo(
  name: string,
  dims: Dimensions,
  elemType: TensorProto_DataType,
): ValueInfoProto {
  const dim = dims.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === 'string'
          ? { case: 'dimParam', value: size }
          : { case: 'dimValue', value: BigInt(size) },
    }),
  )
  const shape = create(TensorShapeProtoSchema, { dim })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: { case: 'tensorType', value: create(TypeProto_TensorSchema, { elemType, shape }) },
    }),
  })
}
