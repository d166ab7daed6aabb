import { nodesBetween } from '../../../core/network/graph/graphNodes'
import { residualStructure } from '../../../core/network/graph/residualStructure'
import type { TunedStructure } from '../../../core/network/graph/tunedStructure'
import { normalizationEpsilon } from '../../../core/network/networkOperations'
import { type SavedModel, unreadable } from '../../../core/network/savedModel'
import { findExtractor, layersOf } from '../../../core/plan/features'
import { extractors } from '../../features/extractors'
import { type Extractor, picturePlace } from '../../features/extractors/extractor'
import { featuresOfModel, mapOfModel } from '../../features/modelFeatures'
import type { ModelInput, StoredModel } from '../../runs/modelFiles'
import type { Convolution, NetworkBuilder, Numbers } from './networkBuilder'

/**
 * A saved model on a builder, from the pictures to the embedding. A person's own network is no graph
 * that a builder knows: its features are given.
 * @param features makes them, of a model on a person's own network
 * @throws AppError modelUnreadable, backendUnavailable where the pretrained network is not here
 */
export async function describeNetwork<Value>(
  builder: NetworkBuilder<Value>,
  stored: StoredModel,
  projectFolder: string,
  features: ((extractor: Extractor, layers: string) => Promise<Value>) | null = null,
): Promise<Value> {
  const { model, input, isNormalized } = stored
  const embedding = await embeddingOf(builder, { model, input }, projectFolder, features)
  return isNormalized ? builder.unit(embedding) : embedding
}

/** Side of the pictures that a saved model takes. */
export function pictureSide({ input }: Pick<StoredModel, 'input'>): number {
  if (input.kind === 'pixels') return input.sizePx
  return findExtractor(extractors, networkOf(input)).input.sidePx
}

const networkOf = (input: Exclude<ModelInput, { kind: 'pixels' }>): string =>
  (input.kind === 'maps' ? mapOfModel(input) : featuresOfModel(input)).extractor

async function embeddingOf<Value>(
  builder: NetworkBuilder<Value>,
  { model, input }: Pick<StoredModel, 'model' | 'input'>,
  projectFolder: string,
  features: ((extractor: Extractor, layers: string) => Promise<Value>) | null,
): Promise<Value> {
  const tensors = new Tensors(model)
  if (input.kind === 'features') {
    const { extractor: id, features: layers } = featuresOfModel(input)
    const extractor = findExtractor(extractors, id)
    const isOwn = extractor.placed !== undefined
    if (isOwn && features === null) throw new Error('Nobody gave the features of an own network')
    const vectors = isOwn
      ? await features!(extractor, layers)
      : await frozenFeatures(builder, extractor, layers, projectFolder)
    return model.kind === 'features' ? vectors : linear(builder, vectors, tensors)
  }
  if (input.kind === 'maps') {
    const { structure } = model
    if (structure === undefined) throw unreadable('it does not say what was tuned')
    const { extractor: id, place } = mapOfModel(input)
    const extractor = findExtractor(extractors, id)
    const { mean, deviation } = extractor.input
    const pictures = builder.pictures(mean, deviation)
    const start =
      place === picturePlace
        ? pictures
        : builder.graph((await graphOf(extractor, projectFolder)).graph, pictures)(place)
    return behindNodes(builder, start, structure, tensors)
  }
  if (model.kind === 'residual') {
    if (model.residual === undefined) throw unreadable('it does not say how deep and wide it is')
    // What `createResidualNetwork` does to numbers from 0 to 1: (x - .5) * 4.
    const pictures = builder.pictures([127.5, 127.5, 127.5], [63.75, 63.75, 63.75])
    return behindNodes(builder, pictures, residualStructure(model.residual), tensors)
  }
  return smallNetwork(builder, tensors)
}

async function graphOf(extractor: Extractor, projectFolder: string) {
  if (extractor.readGraph === undefined) {
    throw unreadable(`${extractor.id} is no network that can be written into another file`)
  }
  return extractor.readGraph(projectFolder)
}

/** Features of layers as `graphExtractor` and `severalNetworks` give them, one after another. */
async function frozenFeatures<Value>(
  builder: NetworkBuilder<Value>,
  extractor: Extractor,
  layers: string,
  projectFolder: string,
): Promise<Value> {
  const opened = new Map<string, (layer: string) => Value>()
  const vectors: Value[] = []
  for (const { name, of, rootScale } of layersOf(extractor, layers)) {
    const owner = of?.extractor ?? extractor.id
    let valueOf = opened.get(owner)
    if (valueOf === undefined) {
      const network = findExtractor(extractors, owner)
      const { graph, nodeOf } = await graphOf(network, projectFolder)
      const { mean, deviation } = network.input
      const at = builder.graph(graph, builder.pictures(mean, deviation))
      valueOf = (layer) => at(nodeOf({ name: layer }))
      opened.set(owner, valueOf)
    }
    const average = builder.average(valueOf(of?.name ?? name))
    vectors.push(rootScale === null ? average : builder.root(average, rootScale))
  }
  return builder.concatenate(vectors)
}

/** The trained part of a network and its head, as `createTunedNetwork` runs them. */
function behindNodes<Value>(
  builder: NetworkBuilder<Value>,
  start: Value,
  { from, nodes, taps }: TunedStructure,
  tensors: Tensors,
): Value {
  const maps = new Map([[from, start]])
  const ends = taps.map(({ node }) => node)
  for (const node of nodesBetween(nodes, from, ends)) {
    const at = (name: string) => maps.get(name)!
    maps.set(
      node.name,
      node.kind === 'sum'
        ? builder.sum(at(node.inputs[0]), at(node.inputs[1]))
        : builder.convolution(at(node.input), {
            isDepthwise: node.kind === 'depthwise',
            filter: tensors.find(`network/${node.filter}`),
            bias: tensors.find(`network/${node.bias}`),
            stride: node.stride,
            activation: node.activation,
          }),
    )
  }
  const features = taps.map(({ node, rootScale }) => {
    const average = builder.average(maps.get(node)!)
    return rootScale === null ? average : builder.root(average, rootScale)
  })
  return linear(builder, builder.concatenate(features), tensors)
}

const linear = <Value>(builder: NetworkBuilder<Value>, x: Value, tensors: Tensors): Value =>
  builder.linear(x, {
    mean: tensors.find('head/mean'),
    weights: tensors.find('head/weights'),
    bias: tensors.find('head/bias'),
  })

/** As `createSmallNetwork` embeds, with the normalisation in the filters. */
function smallNetwork<Value>(builder: NetworkBuilder<Value>, tensors: Tensors): Value {
  let x = builder.pictures([0, 0, 0], [255, 255, 255])
  for (const block of [1, 2, 3]) {
    x = builder.convolution(x, foldedBlock(tensors, `block${block}`))
    x = block < 3 ? builder.maximum(x) : builder.average(x)
  }
  return builder.linear(x, {
    mean: null,
    weights: tensors.find('dense/weights'),
    bias: tensors.find('dense/bias'),
  })
}

function foldedBlock(tensors: Tensors, name: string): Convolution {
  const { shape, data } = tensors.find(`${name}/filter`)
  const [scale, offset, mean, variance] = ['scale', 'offset', 'mean', 'variance'].map(
    (part) => tensors.find(`${name}/${part}`).data,
  )
  const outputs = shape[3]!
  const factors = Float64Array.from(
    scale!,
    (value, o) => value / Math.sqrt(variance![o]! + normalizationEpsilon),
  )
  return {
    isDepthwise: false,
    filter: { shape, data: data.map((value, i) => value * factors[i % outputs]!) },
    bias: {
      shape: [outputs],
      data: offset!.map((value, o) => value - mean![o]! * factors[o]!),
    },
    stride: 1,
    activation: 'relu',
  }
}

class Tensors {
  private readonly byName

  constructor({ tensors }: Pick<SavedModel, 'tensors'>) {
    this.byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  }

  /** @throws AppError modelUnreadable */
  find(name: string): Numbers {
    const found = this.byName.get(name)
    if (found === undefined) throw unreadable(`"${name}" is not in it`)
    return found
  }
}
