import * as tf from '@tensorflow/tfjs-core'
import type { NetworkOperations } from '../networkOperations'
import {
  type Convolved,
  filterGradient,
  hasGradientKernels,
  inputGradient,
  withoutStride,
} from './convolutionGradients'
import { type Activation, type ConvolutionNode, type GraphNode, inputsOf } from './graphNodes'

/** The maps of a network's nodes by name, that of its input among them. */
export type Maps = ReadonlyMap<string, tf.Tensor4D>
/** Weights by name. */
export type Weights = ReadonlyMap<string, tf.Tensor>

/** A backend's own 3x3 convolutions, quicker than those of tensorflow.js. They have stride 1. */
type Convolutions = Pick<
  NetworkOperations,
  'convolution' | 'convolutionInputGradient' | 'convolutionFilterGradient'
>

const isOfBackend = (kind: ConvolutionNode['kind'], { shape }: tf.Tensor4D): boolean =>
  kind === 'convolution' && shape[0] === 3 && shape[1] === 3

/** Runs the nodes on a map `[batch, height, width, channels]`. */
export function runNodes(
  nodes: readonly GraphNode[],
  weights: Weights,
  from: string,
  map: tf.Tensor4D,
  operations: Convolutions,
): Maps {
  const maps = new Map([[from, map]])
  for (const node of nodes) maps.set(node.name, mapOf(node, maps, weights, operations))
  return maps
}

/**
 * Goes back through the nodes.
 * @param given gradients of the loss with respect to maps, by name
 * @param takes whether a node's gradients are wanted; what lies before all that are is not gone to
 * @returns gradients with respect to the weights of the nodes that are wanted, by name
 */
export function backwardNodes(
  pass: {
    readonly nodes: readonly GraphNode[]
    readonly weights: Weights
    readonly maps: Maps
    readonly from: string
  },
  given: ReadonlyMap<string, tf.Tensor4D>,
  operations: Convolutions & Pick<NetworkOperations, 'rectifierGradient'>,
): ReadonlyMap<string, tf.Tensor> {
  const { nodes, weights, maps, from } = pass
  const gradients = new Map(given)
  const ofWeights = new Map<string, tf.Tensor>()
  const add = (name: string, gradient: tf.Tensor4D): void => {
    // Nothing before the input is trained.
    if (name === from) return
    const known = gradients.get(name)
    gradients.set(name, known === undefined ? gradient : tf.add(known, gradient))
  }
  for (const node of nodes.toReversed()) {
    const gradient = gradients.get(node.name)
    gradients.delete(node.name)
    if (gradient === undefined) continue
    if (node.kind === 'sum') {
      for (const input of node.inputs) add(input, gradient)
      continue
    }
    const value = maps.get(node.name)!
    const x = maps.get(node.input)!
    const filter = weights.get(node.filter) as tf.Tensor4D
    const inner =
      node.activation === 'none'
        ? gradient
        : operations.rectifierGradient(gradient, value, node.activation === 'relu6' ? 6 : null)
    const ofConvolution = gradientsOf(node, { x, filter, gradient: inner }, operations)
    ofWeights.set(node.filter, ofConvolution.filter())
    ofWeights.set(node.bias, tf.sum(inner, [0, 1, 2]))
    if (node.input !== from) add(node.input, ofConvolution.input())
  }
  return ofWeights
}

function gradientsOf(
  { kind, stride }: ConvolutionNode,
  given: Pick<Convolved, 'x' | 'filter' | 'gradient'>,
  operations: Convolutions,
): { readonly filter: () => tf.Tensor4D; readonly input: () => tf.Tensor4D } {
  const { x, filter } = given
  if (!isOfBackend(kind, filter) || (stride > 1 && hasGradientKernels())) {
    const convolved = { ...given, stride }
    return {
      filter: () => filterGradient(kind, convolved),
      input: () => inputGradient(kind, convolved),
    }
  }
  const gradient = withoutStride(given.gradient, x.shape, stride)
  return {
    filter: () => operations.convolutionFilterGradient(x, gradient),
    input: () => operations.convolutionInputGradient(gradient, filter),
  }
}

function mapOf(
  node: GraphNode,
  maps: Maps,
  weights: Weights,
  operations: Convolutions,
): tf.Tensor4D {
  const [first, second] = inputsOf(node).map((name) => maps.get(name)!)
  if (node.kind === 'sum') return tf.add(first!, second!)
  return tf.tidy(() => activated(convolved(node, first!, weights, operations), node.activation))
}

function convolved(
  node: ConvolutionNode,
  x: tf.Tensor4D,
  weights: Weights,
  operations: Convolutions,
): tf.Tensor4D {
  const filter = weights.get(node.filter) as tf.Tensor4D
  const { stride } = node
  return tf.add(sums(), weights.get(node.bias)!)

  function sums(): tf.Tensor4D {
    if (stride === 1 && isOfBackend(node.kind, filter)) return operations.convolution(x, filter)
    return node.kind === 'depthwise'
      ? tf.depthwiseConv2d(x, filter, stride, 'same')
      : tf.conv2d(x, filter, stride, 'same')
  }
}

function activated(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  if (activation === 'none') return x
  return activation === 'relu6' ? tf.relu6(x) : tf.relu(x)
}
