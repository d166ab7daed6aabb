import * as tf from '@tensorflow/tfjs-core'
import type { NetworkOperations } from '../networkOperations'
import { filterGradient, inputGradient } from './convolutionGradients'
import { type Activation, type ConvolutionNode, type GraphNode, inputsOf } from './graphNodes'

/** The maps of a network's nodes by name, that of its input among them. */
export type Maps = ReadonlyMap<string, tf.Tensor4D>
/** Weights by name. */
export type Weights = ReadonlyMap<string, tf.Tensor>

/** Runs the nodes on a map `[batch, height, width, channels]`. */
export function runNodes(
  nodes: readonly GraphNode[],
  weights: Weights,
  from: string,
  map: tf.Tensor4D,
): Maps {
  const maps = new Map([[from, map]])
  for (const node of nodes) maps.set(node.name, mapOf(node, maps, weights))
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
  operations: Pick<NetworkOperations, 'rectifierGradient'>,
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
    const convolved = { x, filter, gradient: inner, stride: node.stride }
    ofWeights.set(node.filter, filterGradient(node.kind, convolved))
    ofWeights.set(node.bias, tf.sum(inner, [0, 1, 2]))
    if (node.input !== from) add(node.input, inputGradient(node.kind, convolved))
  }
  return ofWeights
}

function mapOf(node: GraphNode, maps: Maps, weights: Weights): tf.Tensor4D {
  const [first, second] = inputsOf(node).map((name) => maps.get(name)!)
  if (node.kind === 'sum') return tf.add(first!, second!)
  return tf.tidy(() => activated(convolved(node, first!, weights), node.activation))
}

function convolved(node: ConvolutionNode, x: tf.Tensor4D, weights: Weights): tf.Tensor4D {
  const filter = weights.get(node.filter) as tf.Tensor4D
  const { stride } = node
  const sums =
    node.kind === 'depthwise'
      ? tf.depthwiseConv2d(x, filter, stride, 'same')
      : tf.conv2d(x, filter, stride, 'same')
  return tf.add(sums, weights.get(node.bias)!)
}

function activated(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  if (activation === 'none') return x
  return activation === 'relu6' ? tf.relu6(x) : tf.relu(x)
}
