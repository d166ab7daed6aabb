import { create, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
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
const [irVersion, opset] = [8n, 17n]

/** Puts an ONNX network together node by node. */
export class ModelWriter {
  private readonly nodes: NodeProto[] = []
  private readonly initializers = new Map<string, TensorProto>()
  private names = 0

  /** @returns the name of its output */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `t${++this.names}`,
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
        ? `${isFloat ? 'f' : 'i'}${dims.join('x')}:${[...data].join()}`
        : `c${++this.names}`
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

  /** The network as the bytes of a file. */
  write(
    input: { readonly name: string; readonly type: 'FLOAT' | 'UINT8'; readonly dims: Dimensions },
    outputs: readonly { readonly name: string; readonly dims: Dimensions }[],
  ): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion,
        producerName: 'Semblance',
        opsetImport: [create(OperatorSetIdProtoSchema, { version: opset })],
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

function valueInfo(name: string, dims: Dimensions, elemType: TensorProto_DataType): ValueInfoProto {
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
