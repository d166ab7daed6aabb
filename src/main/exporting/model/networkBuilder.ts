import type { GraphRequest } from '../../backend/pictureGraph'
import type { Activation } from '../../../core/network/graph/graphNodes'

/** Numbers of a layer, of which the shape is known from where they are used. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface Convolution {
  readonly isDepthwise: boolean
  /** `[height, width, inputs, outputs]`, depthwise `[height, width, channels, 1]`. */
  readonly filter: Numbers
  /** `[outputs]` */
  readonly bias: Numbers
  readonly stride: number
  readonly activation: Activation
}

/**
 * Puts a network together in one file format. Values are maps `[n, height, width, channels]` in
 * whatever order the format has them, or vectors `[n, size]`.
 */
export interface NetworkBuilder<Value> {
  /** The pictures, each number `(value - mean) / deviation` of a byte; a map. */
  pictures(mean: readonly number[], deviation: readonly number[]): Value
  /**
   * A graph of TensorFlow.js behind a map; gives the value at a node of it.
   * @throws Error where it has what the format does not know
   */
  graph(
    graph: Pick<GraphRequest, 'modelTopology' | 'weightSpecs' | 'weights'>,
    pictures: Value,
  ): (node: string) => Value
  /** Padding is 'same'. */
  convolution(x: Value, convolution: Convolution): Value
  sum(a: Value, b: Value): Value
  /** The greatest of each 2 x 2 points of a map, what is left over at the edge dropped. */
  maximum(x: Value): Value
  /** The mean of a map over the picture; a vector as it is. */
  average(x: Value): Value
  /** `scale * sqrt(max(x, 0))` */
  root(x: Value, scale: number): Value
  concatenate(vectors: readonly Value[]): Value
  /** `(x - mean) * weights + bias` of vectors. */
  linear(
    x: Value,
    layer: { readonly mean: Numbers | null; readonly weights: Numbers; readonly bias: Numbers },
  ): Value
  /** Vectors divided by max(their L2 norm, 1e-12). */
  unit(x: Value): Value
}
