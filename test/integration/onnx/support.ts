import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf'

/** y = Relu(x) and, as text of a type, z = Cast(x) to int64, of x [n, 3]. */
export function smallNetwork(type: 'FLOAT' | 'FLOAT16'): Uint8Array {
  const elemType = TensorProto_DataType[type]
  const info = (name: string, of: TensorProto_DataType) =>
    create(ValueInfoProtoSchema, {
      name,
      type: create(TypeProtoSchema, {
        value: {
          case: 'tensorType',
          value: create(TypeProto_TensorSchema, {
            elemType: of,
            shape: create(TensorShapeProtoSchema, {
              dim: [
                create(TensorShapeProto_DimensionSchema, {
                  value: { case: 'dimParam', value: 'n' },
                }),
                create(TensorShapeProto_DimensionSchema, {
                  value: { case: 'dimValue', value: 3n },
                }),
              ],
            }),
          }),
        },
      }),
    })
  const toInt64 = create(AttributeProtoSchema, {
    name: 'to',
    type: AttributeProto_AttributeType.INT,
    i: BigInt(TensorProto_DataType.INT64),
  })
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { version: 17n })],
      graph: create(GraphProtoSchema, {
        name: 'small',
        node: [
          create(NodeProtoSchema, { opType: 'Relu', input: ['x'], output: ['y'] }),
          create(NodeProtoSchema, {
            opType: 'Cast',
            input: ['x'],
            output: ['z'],
            attribute: [toInt64],
          }),
        ],
        input: [info('x', elemType)],
        output: [info('y', elemType), info('z', TensorProto_DataType.INT64)],
      }),
    }),
  )
}
