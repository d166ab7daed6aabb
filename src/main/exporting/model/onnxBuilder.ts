import type { GraphRequest } from '../../backend/pictureGraph'
import type { ModelWriter } from '../../onnx/modelWriter'
import { convertGraph, type GraphValue, normalizedPixels } from '../../onnx/tensorflow/graphToOnnx'
import type { Convolution, NetworkBuilder, Numbers } from './networkBuilder'

/** Builds an ONNX network: maps are `[n, channels, height, width]`. */
export class OnnxBuilder implements NetworkBuilder<GraphValue> {
  /** @param opset of the network: from 18 on a reduction takes its axes as an input */
  constructor(
    private readonly writer: ModelWriter,
    private readonly opset: number,
  ) {}

  pictures(mean: readonly number[], deviation: readonly number[]): GraphValue {
    const three = ([red = 0, green = 0, blue = 0]: readonly number[]) => [red, green, blue] as const
    const input = { mean: three(mean), deviation: three(deviation) }
    return { name: normalizedPixels(this.writer, input), rank: 4 }
  }

  graph(
    graph: Pick<GraphRequest, 'modelTopology' | 'weightSpecs' | 'weights'>,
    pictures: GraphValue,
  ): (node: string) => GraphValue {
    return convertGraph(this.writer, graph, () => pictures.name)
  }

  convolution(x: GraphValue, convolution: Convolution): GraphValue {
    const { filter, bias, isDepthwise, stride, activation } = convolution
    const [height = 0, width = 0, inputs = 0, outputs = 0] = filter.shape
    const filters = isDepthwise ? inputs * outputs : outputs
    const ofEach = isDepthwise ? 1 : inputs
    const places = height * width
    const turned = new Float32Array(filter.data.length)
    for (let place = 0; place < places; place++) {
      for (let i = 0; i < ofEach; i++) {
        for (let o = 0; o < filters; o++) {
          turned[(o * ofEach + i) * places + place] =
            filter.data[(place * ofEach + i) * filters + o]!
        }
      }
    }
    const weights = this.writer.constant(turned, [filters, ofEach, height, width])
    const name = this.writer.node('Conv', [x.name, weights, this.constant(bias)], {
      kernel_shape: [height, width],
      strides: [stride, stride],
      auto_pad: 'SAME_UPPER',
      ...(isDepthwise ? { group: inputs } : {}),
    })
    if (activation === 'none') return { name, rank: 4 }
    if (activation === 'relu') return { name: this.writer.node('Relu', [name]), rank: 4 }
    const bounds = [0, 6].map((bound) => this.number(bound))
    return { name: this.writer.node('Clip', [name, ...bounds]), rank: 4 }
  }

  sum(a: GraphValue, b: GraphValue): GraphValue {
    return { name: this.writer.node('Add', [a.name, b.name]), rank: a.rank }
  }

  maximum({ name, rank }: GraphValue): GraphValue {
    return {
      name: this.writer.node('MaxPool', [name], { kernel_shape: [2, 2], strides: [2, 2] }),
      rank,
    }
  }

  average(x: GraphValue): GraphValue {
    if (x.rank === 2) return x
    const pooled = this.writer.node('GlobalAveragePool', [x.name])
    return vector(this.writer.node('Flatten', [pooled], { axis: 1 }))
  }

  root(x: GraphValue, scale: number): GraphValue {
    const rooted = this.writer.node('Sqrt', [this.writer.node('Relu', [x.name])])
    return vector(this.writer.node('Mul', [rooted, this.number(scale)]))
  }

  concatenate(vectors: readonly GraphValue[]): GraphValue {
    if (vectors.length === 1) return vectors[0]!
    return vector(
      this.writer.node(
        'Concat',
        vectors.map(({ name }) => name),
        { axis: 1 },
      ),
    )
  }

  linear(
    x: GraphValue,
    { mean, weights, bias }: { mean: Numbers | null; weights: Numbers; bias: Numbers },
  ): GraphValue {
    const centered = mean === null ? x.name : this.writer.node('Sub', [x.name, this.constant(mean)])
    const product = this.writer.node('MatMul', [centered, this.constant(weights)])
    return vector(this.writer.node('Add', [product, this.constant(bias)]))
  }

  unit(x: GraphValue): GraphValue {
    const axes = this.opset < 18 ? [] : [this.writer.constant(BigInt64Array.of(1n), [1])]
    const norm = this.writer.node('ReduceL2', [x.name, ...axes], {
      ...(axes.length > 0 ? {} : { axes: [1] }),
      keepdims: 1,
    })
    const divisor = this.writer.node('Max', [norm, this.number(1e-12)])
    return vector(this.writer.node('Div', [x.name, divisor]))
  }

  private number(value: number): string {
    return this.writer.constant(Float32Array.of(value), [])
  }

  private constant({ data, shape }: Numbers): string {
    return this.writer.constant(data, shape)
  }
}

const vector = (name: string): GraphValue => ({ name, rank: 2 })
