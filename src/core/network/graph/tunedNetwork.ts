import * as tf from '@tensorflow/tfjs-core'
import type { Random } from '../../math/random'
import { checkBatch, type EmbeddingModel } from '../embeddingModel'
import { applyGradients, beginStep, endStep } from '../gradientStep'
import { multiplyMatrices } from '../matrixProduct'
import type { NetworkOperations } from '../networkOperations'
import {
  assignNumbers,
  createBuffer,
  createParameter,
  loadTensors,
  type NamedParameter,
  saveTensors,
} from '../parameterStore'
import { numbersOf } from '../plainAdam'
import { type SavedTensor, unreadable } from '../savedModel'
import { narrow } from '../startWeights'
import { backwardNodes, type Maps, runNodes, type Weights } from './graphPass'
import { nodesBetween } from './graphNodes'
import { featureCountOf, type Tap, type TunedStructure } from './tunedStructure'

export interface TunedNetworkOptions {
  readonly structure: TunedStructure
  readonly inputShape: readonly [height: number, width: number, channels: number]
  /** Of all nodes, by the names they have there. */
  readonly weights: readonly SavedTensor[]
  readonly embeddingSize: number
  /** A closed form of the features to start from, `(x - mean) * projection`; absent: chance. */
  readonly start?: { readonly mean: Float32Array; readonly projection: Float32Array }
  /** The network's learning rate, as a share of the head's. */
  readonly networkRate: number
  readonly random: Random
  readonly operations: NetworkOperations
}

/** Pictures embedded at a time. */
const embeddingRows = 16
/** Below this root of an average its derivative grows no further; at 0 it would be infinite. */
const leastRoot = 0.01

/**
 * The last blocks of a pretrained network and a linear head on their features, trained together.
 * Batch norms stay as they are: they are folded into the filters. The mean of the head is fixed.
 */
export function createTunedNetwork(options: TunedNetworkOptions): EmbeddingModel {
  const { structure, inputShape, embeddingSize, start, operations } = options
  const { from, taps } = structure
  const ends = taps.map(({ node }) => node)
  const nodes = nodesBetween(structure.nodes, from, ends)
  const featureCount = featureCountOf(structure)
  const [height, width, channels] = inputShape

  const given = new Map(options.weights.map((tensor) => [tensor.name, tensor]))
  const trained = nodes.flatMap((node): NamedParameter[] =>
    node.kind === 'sum'
      ? []
      : [node.filter, node.bias].map((name) => {
          const tensor = given.get(name)
          if (tensor === undefined) throw unreadable(`"${name}" is not in it`)
          const { shape, data } = tensor
          return createParameter(`network/${name}`, [...shape], data, name === node.filter)
        }),
  )
  const byName: Weights = new Map(
    trained.map(({ name, variable }) => [name.slice('network/'.length), variable]),
  )
  const weights = createParameter(
    'head/weights',
    [featureCount, embeddingSize],
    start?.projection ?? narrow(options.random.fork('head'), featureCount, embeddingSize),
    true,
  )
  const bias = createParameter('head/bias', [embeddingSize], new Float32Array(embeddingSize), false)
  const center = createBuffer(
    'head/mean',
    [featureCount],
    start?.mean ?? new Float32Array(featureCount),
  )
  const head = [weights, bias]
  const parameters = [...trained, ...head]
  const networkAdam = operations.createAdam(trained)
  const headAdam = operations.createAdam(head)
  let steps = 0

  const mapOf = (batch: Float32Array, rows: number) =>
    tf.tensor4d(batch, [rows, height, width, channels])
  const centered = (maps: Maps) =>
    tf.sub<tf.Tensor2D>(
      tf.concat(
        taps.map((tap) => featuresOf(tap, maps.get(tap.node)!)),
        1,
      ),
      center.variable,
    )
  const embeddingsOf = (features: tf.Tensor2D) =>
    tf.add<tf.Tensor2D>(multiplyMatrices(features, weights.variable as tf.Tensor2D), bias.variable)

  /** Gradients of the maps that are tapped, from that of the features. */
  const ofTaps = (gradient: tf.Tensor2D, maps: Maps): ReadonlyMap<string, tf.Tensor4D> => {
    const result = new Map<string, tf.Tensor4D>()
    let column = 0
    for (const tap of taps) {
      const part = tf.slice2d(gradient, [0, column], [-1, tap.channels])
      const ofMap = featureGradient(tap, maps.get(tap.node)!, part)
      const known = result.get(tap.node)
      result.set(tap.node, known === undefined ? ofMap : tf.add(known, ofMap))
      column += tap.channels
    }
    return result
  }

  const model: EmbeddingModel = {
    kind: 'tuned',
    inputShape: [...inputShape],
    embeddingSize,
    get steps() {
      return steps
    },
    embed(batch, rows) {
      checkBatch(model, batch, rows)
      const result = new Float32Array(rows * embeddingSize)
      const size = height * width * channels
      for (let first = 0; first < rows; first += embeddingRows) {
        const count = Math.min(embeddingRows, rows - first)
        const part = batch.subarray(first * size, (first + count) * size)
        tf.tidy(() => {
          const maps = runNodes(nodes, byName, from, mapOf(part, count), operations)
          result.set(numbersOf(embeddingsOf(centered(maps))), first * embeddingSize)
        })
      }
      return result
    },
    beginStep(batch, rows) {
      checkBatch(model, batch, rows)
      return beginStep(() => {
        const maps = runNodes(nodes, byName, from, mapOf(batch, rows), operations)
        const features = centered(maps)
        return {
          embeddings: embeddingsOf(features),
          apply(gradient, settings) {
            steps++
            const projection = weights.variable as tf.Tensor2D
            const ofFeatures = multiplyMatrices(gradient, projection, false, true)
            const pass = { nodes, weights: byName, maps, from }
            const ofWeights = backwardNodes(pass, ofTaps(ofFeatures, maps), operations)
            const ofHead = [multiplyMatrices(features, gradient, true), tf.sum(gradient, 0)]
            applyGradients(headAdam, ofHead, settings)
            const learningRate = settings.learningRate * options.networkRate
            applyGradients(
              networkAdam,
              [...byName.keys()].map((name) => ofWeights.get(name)!),
              { ...settings, learningRate },
            )
          },
        }
      })
    },
    trainStep: (batch, rows, lossOfEmbeddings, settings) =>
      endStep(model.beginStep(batch, rows), lossOfEmbeddings, settings),
    snapshot: () => ({
      kind: 'tuned',
      inputShape: [...inputShape],
      embeddingSize,
      step: steps,
      dropout: 0,
      structure: { ...structure, nodes },
      tensors: saveTensors(parameters, [center], {
        step: steps,
        first: [...networkAdam.state().first, ...headAdam.state().first],
        second: [...networkAdam.state().second, ...headAdam.state().second],
      }),
    }),
    restore(saved) {
      if (saved.kind !== 'tuned') throw unreadable('it is not a tuned network')
      const { step, first, second } = loadTensors(saved, parameters, [center])
      const count = trained.length
      networkAdam.restore({ step, first: first.slice(0, count), second: second.slice(0, count) })
      headAdam.restore({ step, first: first.slice(count), second: second.slice(count) })
      networkAdam.parametersChanged()
      headAdam.parametersChanged()
      steps = saved.step
    },
    weights: () => parameters.map(({ variable }) => numbersOf(variable)),
    assignWeights(values) {
      assignNumbers(
        parameters.map(({ variable }) => variable),
        values,
      )
      networkAdam.parametersChanged()
      headAdam.parametersChanged()
    },
    dispose() {
      networkAdam.dispose()
      headAdam.dispose()
      tf.dispose([...parameters.map(({ variable }) => variable), center.variable])
    },
  }
  return model
}

function featuresOf({ rootScale }: Tap, map: tf.Tensor4D): tf.Tensor2D {
  const averages = tf.mean<tf.Tensor2D>(map, [1, 2])
  return rootScale === null ? averages : tf.mul(tf.sqrt(tf.relu(averages)), rootScale)
}

/** Of a map `[batch, height, width, channels]`, from that of its features. */
function featureGradient({ rootScale }: Tap, map: tf.Tensor4D, gradient: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = map.shape
    const ofAverage =
      rootScale === null
        ? gradient
        : tf.div(
            tf.mul(gradient, rootScale / 2),
            tf.maximum(tf.sqrt(tf.relu(tf.mean(map, [1, 2]))), leastRoot),
          )
    const ofPoint = tf.reshape(tf.div(ofAverage, height * width), [batch, 1, 1, channels])
    return tf.broadcastTo<tf.Rank.R4>(ofPoint, map.shape)
  })
}
