import { type ModelProto, TensorProto_DataType, type ValueInfoProto } from 'onnx-buf'
import type { PictureLayout } from '../../../shared/model/ownNetwork'
import { refusedNetwork } from './refusal'

const FLOAT: number = TensorProto_DataType.FLOAT
const FLOAT16: number = TensorProto_DataType.FLOAT16
const wholeTypes: readonly number[] = [TensorProto_DataType.INT64, TensorProto_DataType.INT32]

/** What an ONNX file says of the picture that it takes. */
export interface FoundInput {
  readonly name: string
  readonly isHalf: boolean
  /** Null: the file leaves it open. */
  readonly layout: PictureLayout | null
  /** Null: any. */
  readonly sidePx: number | null
  /** Pictures at a time; null: any number. */
  readonly batch: number | null
}

/**
 * The input of a network that takes pictures.
 * @throws AppError invalidInput where it takes something else, or more than one thing
 */
export function findInput(file: string, model: ModelProto): FoundInput {
  const refuse = (reason: string, chinese: string) => refusedNetwork(file, reason, chinese)
  const graph = model.graph!
  if (graph.node.length === 0) throw refuse('its graph does nothing', '其计算图为空')
  const weights = new Set(graph.initializer.map(({ name }) => name))
  const inputs = graph.input.filter(({ name }) => !weights.has(name))
  if (inputs.length === 0) throw refuse('it takes no input', '它没有输入')
  const isText = inputs.some((input) => isWhole(typeOf(input)))
  if (inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(', ')
    throw refuse(
      `it takes ${inputs.length} inputs (${names}), and a network of pictures takes one. ${
        isText
          ? 'Export its part for pictures alone'
          : 'Export it so that the pictures are its only input'
      }`,
      `它有 ${inputs.length} 个输入（${names}），而图像网络只有一个。请单独导出图像部分`,
    )
  }
  const input = inputs[0]!
  const { name } = input
  if (isText) {
    throw refuse(
      `its input ${name} takes whole numbers, as a model of text does. Give one that takes pictures`,
      `其输入 ${name} 是整数，即文本模型。请提供以图片为输入的网络`,
    )
  }
  const type = typeOf(input)
  if (type !== FLOAT && type !== FLOAT16) {
    throw refuse(
      `its input ${name} takes numbers of the type ${typeName(type)}. Export it with float32 or float16`,
      `其输入 ${name} 的数据类型为 ${typeName(type)}。请以 float32 或 float16 导出`,
    )
  }
  const dims = dimsOf(input)
  if (dims === null || dims.length !== 4) {
    throw refuse(
      `its input ${name} has ${dims === null ? 'no stated' : dims.length} dimensions, and pictures have 4: how many, colours, rows, columns`,
      `其输入 ${name} ${dims === null ? '未注明维度' : `有 ${dims.length} 个维度`}，而图片应有 4 个：张数、颜色、行、列`,
    )
  }
  const layout = layoutOf(dims)
  if (layout === 'other') {
    const given = dims.map((dim) => dim ?? '?').join(' x ')
    throw refuse(
      `its input ${name} is ${given}, and pictures have 3 colours`,
      `其输入 ${name} 为 ${given}，而图片有 3 个颜色通道`,
    )
  }
  const [rows, columns] = layout === 'nhwc' ? [dims[1], dims[2]] : [dims[2], dims[3]]
  const side = rows ?? columns ?? null
  if ((rows ?? side) !== (columns ?? side)) {
    throw refuse(
      `it takes pictures of ${rows} x ${columns} px, and only squares are given`,
      `它需要 ${rows} x ${columns} 像素的图片，而程序只提供正方形`,
    )
  }
  if (side !== null && (side < 16 || side > 2048)) {
    throw refuse(
      `it takes squares of ${side} px, and 16 to 2048 are given`,
      `它需要边长 ${side} 像素的正方形，而程序提供 16 至 2048 像素`,
    )
  }
  const batch = dims[0] ?? null
  if (batch !== null && (batch < 1 || batch > 256)) {
    throw refuse(
      `it takes ${batch} pictures at a time, and 1 to 256 are given`,
      `它每次需要 ${batch} 张图片，而程序提供 1 至 256 张`,
    )
  }
  return { name, isHalf: type === FLOAT16, layout, sidePx: side, batch }
}

type Dims = readonly (number | null)[]

/** 'other': no dimension is that of three colours. */
function layoutOf(dims: Dims): PictureLayout | 'other' | null {
  const [, second, , fourth] = dims
  if (second === 3) return 'nchw'
  if (fourth === 3) return 'nhwc'
  return second === null || fourth === null ? null : 'other'
}

function typeOf({ type }: ValueInfoProto): number {
  return type?.value.case === 'tensorType' ? type.value.value.elemType : 0
}

function dimsOf({ type }: ValueInfoProto): Dims | null {
  const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined
  if (shape === undefined) return null
  return shape.dim.map(({ value }) => {
    const size = value.case === 'dimValue' ? Number(value.value) : 0
    // Exporters write 0 and -1 for what is open.
    return size > 0 ? size : null
  })
}

const isWhole = (type: number): boolean => wholeTypes.includes(type)

const typeName = (type: number): string => (TensorProto_DataType[type] ?? 'unknown').toLowerCase()
