import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { type GraphRequest, loadPictureGraph } from '../../../src/main/backend/pictureGraph'
import { OnnxRuntime } from '../../../src/main/onnx/onnxRuntime'
import { graphToOnnx, pixelsInput } from '../../../src/main/onnx/tensorflow/graphToOnnx'
import { hasOnnxRuntime, projectFolder } from '../backend/support'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const text = (value: string) => ({ s: base64(value) })
const ints = (...values: number[]) => ({ list: { i: values.map(String) } })
const texts = (...values: string[]) => ({ list: { s: values.map(base64) } })

interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** A graph of TensorFlow.js put together by hand, with random numbers in it. */
class Graph {
  readonly node: object[] = [{ name: 'input', op: 'Placeholder', attr: {} }]
  private readonly weights: (Tensor & { readonly name: string })[] = []
  private readonly random
  constructor(seed: string) {
    this.random = createRandom(seed)
  }

  weight(name: string, shape: readonly number[], given?: readonly number[]): string {
    const count = shape.reduce((a, b) => a * b, 1)
    const data = Float32Array.from({ length: count }, (_, i) => given?.[i] ?? this.random.normal())
    return this.add(name, { shape, data })
  }

  integers(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.add(name, { shape, data: Int32Array.from(values) })
  }

  op(op: string, input: readonly string[], attr: object = {}, name = 'output'): string {
    this.node.push({ name, op, input, attr: { T: { type: 'DT_FLOAT' }, ...attr } })
    return name
  }

  request(sidePx: number, outputs: readonly string[] = ['output']): GraphRequest {
    return {
      modelTopology: { node: this.node, versions: { producer: 1 } },
      weightSpecs: this.weights.map(({ name, shape, data }) => ({
        name,
        shape: [...shape],
        dtype: data instanceof Float32Array ? 'float32' : 'int32',
      })),
      weights: new Uint8Array(
        Buffer.concat(this.weights.map(({ data }) => Buffer.from(data.buffer))),
      ),
      input: { sidePx, mean: [120, 110, 100], deviation: [60, 55, 50] },
      outputs,
    }
  }

  private add(name: string, tensor: Tensor): string {
    const isFloat = tensor.data instanceof Float32Array
    this.weights.push({ name, ...tensor })
    const dtype = isFloat ? 'DT_FLOAT' : 'DT_INT32'
    const tensorShape = { dim: tensor.shape.map((size) => ({ size: String(size) })) }
    this.node.push({
      name,
      op: 'Const',
      attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape } } },
    })
    return name
  }
}

const window = (options: {
  readonly stride?: number
  readonly dilation?: number
  readonly padding?: string
  readonly explicit?: readonly number[]
}) => {
  const { stride = 1, dilation = 1, padding = 'SAME', explicit = [] } = options
  return {
    strides: ints(1, stride, stride, 1),
    dilations: ints(1, dilation, dilation, 1),
    padding: text(padding),
    explicit_paddings: ints(...explicit),
    data_format: text('NHWC'),
  }
}
const fused = (...operations: string[]) => ({
  fused_ops: texts(...operations),
  num_args: { i: '1' },
  epsilon: { f: 0 },
})

/** The graphs, each of which ends in `output`. */
const cases: Readonly<Record<string, (graph: Graph) => void>> = {
  ...Object.fromEntries(
    (
      [
        [1, 1, 1, 'SAME'],
        [3, 1, 1, 'SAME'],
        [3, 2, 1, 'SAME'],
        [5, 2, 1, 'SAME'],
        [3, 3, 1, 'VALID'],
        [3, 1, 2, 'SAME'],
        [2, 2, 1, 'VALID'],
      ] as const
    ).flatMap(([size, stride, dilation, padding]) => {
      const where = `${size} x ${size}, stride ${stride}, dilation ${dilation}, ${padding}`
      const attributes = window({ stride, dilation, padding })
      return [
        [
          `Conv2D ${where}`,
          (graph: Graph) => {
            const filter = graph.weight('filter', [size, size, 3, 5])
            graph.op('Conv2D', ['input', filter], attributes)
          },
        ],
        [
          `_FusedConv2D with Relu6 ${where}`,
          (graph: Graph) => {
            const filter = graph.weight('filter', [size, size, 3, 4])
            const bias = graph.weight('bias', [4])
            graph.op('_FusedConv2D', ['input', filter, bias], {
              ...attributes,
              ...fused('BiasAdd', 'Relu6'),
            })
          },
        ],
        [
          `depthwise ${where}`,
          (graph: Graph) => {
            const filter = graph.weight('filter', [size, size, 3, 2])
            graph.op('DepthwiseConv2dNative', ['input', filter], attributes)
          },
        ],
        [
          `fused depthwise with Relu ${where}`,
          (graph: Graph) => {
            const filter = graph.weight('filter', [size, size, 3, 1])
            const bias = graph.weight('bias', [3])
            graph.op('FusedDepthwiseConv2dNative', ['input', filter, bias], {
              ...attributes,
              ...fused('BiasAdd', 'Relu'),
            })
          },
        ],
      ]
    }),
  ),
  'Conv2D with explicit paddings'(graph) {
    const filter = graph.weight('filter', [3, 3, 3, 5])
    const explicit = [0, 0, 2, 1, 0, 1, 0, 0]
    graph.op('Conv2D', ['input', filter], window({ stride: 2, padding: 'EXPLICIT', explicit }))
  },
  'Pad before a valid convolution, then BiasAdd, Relu6 and an identity'(graph) {
    const pads = graph.integers('pads', [4, 2], [0, 0, 1, 2, 0, 1, 0, 0])
    const padded = graph.op('Pad', ['input', pads], {}, 'padded')
    const filter = graph.weight('filter', [3, 3, 3, 4])
    const same = graph.op('Identity', [filter], {}, 'same')
    const map = graph.op('Conv2D', [padded, same], window({ stride: 2, padding: 'VALID' }), 'map')
    const added = graph.op('BiasAdd', [map, graph.weight('bias', [4])], {}, 'added')
    graph.op('Relu6', [added])
  },
  'PadV2 with a number'(graph) {
    const pads = graph.integers('pads', [4, 2], [0, 0, 0, 3, 2, 0, 0, 0])
    graph.op('PadV2', ['input', pads, graph.weight('value', [], [1.5])])
  },
  'FusedBatchNormV3 and Relu'(graph) {
    const [scale, offset, mean] = ['scale', 'offset', 'mean'].map((name) => graph.weight(name, [3]))
    const variance = graph.weight('variance', [3], [0.5, 1, 2])
    const normal = graph.op(
      'FusedBatchNormV3',
      ['input', scale!, offset!, mean!, variance],
      { epsilon: { f: 0.001 }, is_training: { b: false }, data_format: text('NHWC') },
      'normal',
    )
    graph.op('Relu', [normal])
  },
  ...Object.fromEntries(
    ['Sub', 'Mul', 'RealDiv', 'AddV2'].map((op) => [
      `${op} with a number in front, with one for each channel, and with another map`,
      (graph: Graph) => {
        const one = graph.op(op, [graph.weight('number', [], [2]), 'input'], {}, 'one')
        const positive = graph.weight('channels', [3], [0.5, 1.5, 2.5])
        const two = graph.op(op, [one, positive], {}, 'two')
        const squashed = graph.op('Sigmoid', ['input'], {}, 'squashed')
        graph.op(op, [two, squashed])
      },
    ]),
  ),
  ...Object.fromEntries(
    (['AvgPool', 'MaxPool'] as const).flatMap((op) =>
      [
        [3, 2, 'SAME'],
        [2, 2, 'VALID'],
      ].map(([size, stride, padding]) => [
        `${op} of ${size}, stride ${stride}, ${padding}`,
        (graph: Graph) => {
          graph.op(op, ['input'], {
            ksize: ints(1, Number(size), Number(size), 1),
            strides: ints(1, Number(stride), Number(stride), 1),
            padding: text(String(padding)),
            data_format: text('NHWC'),
          })
        },
      ]),
    ),
  ),
  'Mean that keeps its axes, Squeeze and a fused product'(graph) {
    const axes = graph.integers('axes', [2], [1, 2])
    const mean = graph.op('Mean', ['input', axes], { keep_dims: { b: true } }, 'mean')
    const flat = graph.op('Squeeze', [mean], { squeeze_dims: ints(1, 2) }, 'flat')
    const [matrix, bias] = [graph.weight('matrix', [3, 6]), graph.weight('bias', [6])]
    graph.op('_FusedMatMul', [flat, matrix, bias], fused('BiasAdd', 'Relu'))
  },
  'Mean that drops its axes, and a turned product'(graph) {
    const axes = graph.integers('axes', [2], [-3, -2])
    const mean = graph.op('Mean', ['input', axes], { keep_dims: { b: false } }, 'mean')
    graph.op('MatMul', [mean, graph.weight('matrix', [4, 3])], {
      transpose_a: { b: false },
      transpose_b: { b: true },
    })
  },
}

let program: BuiltProgram
let runtime: OnnxRuntime
beforeAll(async () => {
  program = await buildProgram(false)
  runtime = new OnnxRuntime({ workersFolder: program.workersFolder, projectFolder })
  await tf.setBackend('cpu')
})
afterAll(async () => {
  runtime.dispose()
  await program.dispose()
})

describe.skipIf(!hasOnnxRuntime)('a graph of TensorFlow.js as an ONNX network', () => {
  it.each(Object.entries(cases))('%s gives the same numbers', async (name, build) => {
    for (const sidePx of [8, 11]) {
      const graph = new Graph(name)
      build(graph)
      const request = graph.request(sidePx)
      const random = createRandom(`${name} ${sidePx}`)
      const pixels = Uint8Array.from({ length: 2 * sidePx ** 2 * 3 }, () => random.integer(256))
      const plain = await loadPictureGraph(request)
      const [expected] = await plain.run(pixels, 2)
      const { model, outputs } = graphToOnnx(request)
      const session = await runtime.open({ model, inputName: pixelsInput, outputs })
      const [found] = await session.run({ type: 'uint8', data: pixels }, [2, sidePx, sidePx, 3])
      expect(found!.data).toHaveLength(expected!.length)
      expected!.forEach((value, i) => expect(found!.data[i]).toBeCloseTo(value, 4))
      expect(Math.max(...expected!.map(Math.abs))).toBeGreaterThan(0.01)
      session.dispose()
      plain.dispose()
    }
  })

  it('refuses what it does not know, by name', () => {
    const graph = new Graph('unknown')
    graph.op('Elu', ['input'])
    expect(() => graphToOnnx(graph.request(8))).toThrow('the operation Elu is unknown here')
    const swapped = new Graph('swapped')
    const filter = swapped.weight('filter', [1, 1, 3, 4])
    swapped.op('Conv2D', ['input', filter], { ...window({}), data_format: text('NCHW') })
    expect(() => graphToOnnx(swapped.request(8))).toThrow('output is in the format NCHW')
    expect(() => graphToOnnx({ ...swapped.request(8), outputs: ['elsewhere'] })).toThrow(
      'no node elsewhere',
    )
  })
})
