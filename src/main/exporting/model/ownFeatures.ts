import { dirname, join } from 'node:path'
import { create, fromBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from 'onnx-buf'
import { AppError } from '../../../shared/errors'
import type { OwnLayer, PlacedNetwork } from '../../../shared/model/ownNetwork'
import { layersOf } from '../../../core/plan/features'
import type { Extractor } from '../../features/extractors/extractor'
import { placeKnown } from '../../features/ownNetworks/placeNetwork'
import { tapGraph } from '../../features/ownNetworks/tappedModel'
import { readBounded } from '../../files/regularFile'
import { type ModelWriter, valueInfo } from '../../onnx/modelWriter'
import { type GraphValue, pixelsInput } from '../../onnx/tensorflow/graphToOnnx'

/** The one output. */
export const embeddingOutput = 'embedding'
/** What a protocol buffer holds. */
const mostBytes = 2 ** 31 - 1
/** With names and shapes of the graph. */
const mostWeightBytes = mostBytes - 2 ** 24
/** `Where` and `Scan` as they are used here are of this version. */
const leastOpset = 9

/** A person's own network, whole, with its weights in it. */
export interface WholeNetwork {
  readonly placed: PlacedNetwork
  readonly model: ModelProto
  /** Of ONNX's own operations. */
  readonly opset: number
}

/**
 * Reads a person's network with the weights that lie beside it.
 * @throws AppError invalidInput where its file is gone or another, or it does not go into one file
 */
export async function readWholeNetwork(known: PlacedNetwork): Promise<WholeNetwork> {
  const placed = await placeKnown(known)
  const { file, network } = placed
  if (network.bytes > mostWeightBytes) {
    throw notExported(
      network.title,
      `its weights take ${Math.round(network.bytes / 1e6)} MB, and one ONNX file holds at most 2 GB`,
    )
  }
  const model = fromBinary(ModelProtoSchema, await readBounded(file, mostBytes))
  const opset = Number(model.opsetImport.find(({ domain }) => isOnnx(domain))?.version ?? 0n)
  if (opset < leastOpset) {
    throw notExported(
      network.title,
      `it is of opset ${opset}, and at least ${leastOpset} is needed. Export it again with a newer one and train again`,
    )
  }
  const beside = new Map<string, Buffer>()
  for (const tensor of model.graph!.initializer) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue
    const facts = new Map(tensor.externalData.map(({ key, value }) => [key, value]))
    const name = facts.get('location') ?? ''
    const bytes = beside.get(name) ?? (await readBounded(join(dirname(file), name), mostBytes))
    beside.set(name, bytes)
    const from = Number(facts.get('offset') ?? 0)
    const length = facts.get('length')
    tensor.rawData = Uint8Array.from(
      bytes.subarray(from, length === undefined ? undefined : from + Number(length)),
    )
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT
    tensor.externalData = []
  }
  return { placed, model, opset }
}

const isOnnx = (domain: string): boolean => domain === '' || domain === 'ai.onnx'

const notExported = (title: string, reason: string): AppError =>
  new AppError(
    'invalidInput',
    `The model cannot be exported with the network ${title}: ${reason}.`,
    { network: title, reason },
  )

/**
 * Puts a person's network on a writer whose names have a prefix, from the bytes of the pictures to
 * the features that `openOwn` gives of it. A network for a fixed number of pictures sees each
 * picture on its own.
 */
export function ownFeatures(
  writer: ModelWriter,
  { placed, model }: WholeNetwork,
  extractor: Extractor,
  layers: string,
): GraphValue {
  const { input, layers: known } = placed.network
  const taken = layersOf(extractor, layers).map(({ name }) =>
    known.find((layer) => layer.name === name)!,
  )
  const tensors = [...new Set(taken.map(({ tensor }) => tensor))]
  const tapped = tapGraph(model, input, tensors)
  const graph = tapped.model.graph!
  renameTensors(graph)
  const { batch } = input
  const picture = batch === null ? pixelsInput : `${prefixOfPicture}picture`
  const pixels = batch === null ? picture : repeated(writer, picture, input.sidePx, batch)
  normalized(writer, pixels, placed, renamed(tapped.inputName))
  writer.append(graph.node, graph.initializer)
  const vectors = taken.map((layer) =>
    pooled(writer, tapped.outputs[tensors.indexOf(layer.tensor)]!, layer),
  )
  const features = vectors.length === 1 ? vectors[0]! : writer.node('Concat', vectors, { axis: 1 })
  if (batch === null) return { name: features, rank: 2 }
  const size = taken.reduce((sum, { dimension }) => sum + dimension, 0)
  const first = writer.node('Gather', [features, integers(writer, [0], [])], { axis: 0 })
  const nodes = writer.takeNodes()
  return { name: eachPicture(writer, nodes, { picture, first, size, ...input }), rank: 2 }
}

const prefixOfPicture = 'semblance:'

/** Its own names may be those of our input and output. */
const renamed = (name: string): string =>
  name === pixelsInput || name === embeddingOutput ? `own:${name}` : name

function renameTensors(graph: GraphProto): void {
  for (const value of [...graph.input, ...graph.output, ...graph.initializer, ...graph.valueInfo]) {
    value.name = renamed(value.name)
  }
  for (const node of graph.node) {
    node.input = node.input.map(renamed)
    node.output = node.output.map(renamed)
    for (const { g, graphs } of node.attribute) {
      for (const inner of g === undefined ? graphs : [g, ...graphs]) renameTensors(inner)
    }
  }
}

/** What `picturesFor` makes of the bytes. */
function normalized(
  writer: ModelWriter,
  pixels: string,
  { network }: PlacedNetwork,
  output: string,
): void {
  const { layout, mean, deviation } = network.input
  const numbers = writer.node('Cast', [pixels], { to: TensorProto_DataType.FLOAT })
  const isFirst = layout === 'nchw'
  const map = isFirst ? writer.node('Transpose', [numbers], { perm: [0, 3, 1, 2] }) : numbers
  const dims = isFirst ? [1, 3, 1, 1] : [1, 1, 1, 3]
  const [from, by] = [mean, deviation].map((three) =>
    writer.constant(Float32Array.from(three), dims),
  )
  writer.node('Div', [writer.node('Sub', [map, from!]), by!], {}, output)
}

/** One picture as often as a network takes pictures. */
function repeated(writer: ModelWriter, picture: string, sidePx: number, batch: number): string {
  const shape = integers(writer, [batch, sidePx, sidePx, 3])
  return writer.node('Expand', [picture, shape])
}

const integers = (writer: ModelWriter, values: readonly number[], dims = [values.length]) =>
  writer.constant(BigInt64Array.from(values, BigInt), dims)

/** What `poolFeatures` makes of a tensor. */
function pooled(writer: ModelWriter, tensor: string, layer: OwnLayer): string {
  const { dimension } = layer
  const number = (value: number) => writer.constant(Float32Array.of(value), [])
  const vector = pooledPlaces(writer, tensor, layer)
  const ones = writer.constant(new Float32Array(dimension).fill(1), [dimension, 1])
  const share = writer.constant(new Float32Array(dimension).fill(1 / dimension), [dimension, 1])
  const below = writer.node('MatMul', [writer.node('Relu', [writer.node('Neg', [vector])]), ones])
  const roots = writer.node('Sqrt', [writer.node('Relu', [vector])])
  const isMixed = writer.node('Greater', [below, number(0)])
  const shaped = writer.node('Where', [isMixed, vector, roots])
  const square = writer.node('MatMul', [writer.node('Mul', [shaped, shaped]), share])
  const scale = writer.node('Max', [writer.node('Sqrt', [square]), number(1e-30)])
  return writer.node('Div', [shaped, scale])
}

function pooledPlaces(writer: ModelWriter, tensor: string, layer: OwnLayer): string {
  const { pooling, shape, channelAxis, ownTokens, dimension } = layer
  if (pooling === 'vector') return writer.node('Flatten', [tensor], { axis: 1 })
  const isLast = channelAxis === shape.length - 1
  const places = shape.reduce((all, one) => all * one, 1) / dimension
  const dims = isLast ? [0, places, dimension] : [0, dimension, places]
  const flat = writer.node('Reshape', [tensor, integers(writer, dims)])
  if (pooling === 'first') {
    return writer.node('Gather', [flat, integers(writer, [0], [])], { axis: isLast ? 1 : 2 })
  }
  const first = isLast ? ownTokens : 0
  const shares = Float32Array.from({ length: places }, (_, place) =>
    place < first ? 0 : 1 / (places - first),
  )
  const weights = writer.constant(shares, isLast ? [1, places] : [places, 1])
  const number = (value: number) => writer.constant(Float32Array.of(value), [])
  const isMean = pooling === 'mean'
  const powers = isMean
    ? flat
    : writer.node('Pow', [writer.node('Max', [flat, number(1e-6)]), number(3)])
  const mean = writer.node('MatMul', isLast ? [weights, powers] : [powers, weights])
  const row = writer.node('Flatten', [mean], { axis: 1 })
  return isMean ? row : writer.node('Pow', [row, number(1 / 3)])
}

/** Runs nodes for one picture after another: `[n, side, side, 3]` to `[n, size]`. */
function eachPicture(
  writer: ModelWriter,
  nodes: readonly NodeProto[],
  {
    picture,
    first,
    size,
    sidePx,
  }: {
    readonly picture: string
    readonly first: string
    readonly size: number
    readonly sidePx: number
  },
): string {
  const { UINT8, FLOAT } = TensorProto_DataType
  const body = create(GraphProtoSchema, {
    name: 'picture',
    node: [...nodes],
    input: [valueInfo(picture, [sidePx, sidePx, 3], UINT8)],
    output: [valueInfo(first, [size], FLOAT)],
  })
  const output = `${prefixOfPicture}features`
  const { INT, GRAPH } = AttributeProto_AttributeType
  writer.append(
    [
      create(NodeProtoSchema, {
        opType: 'Scan',
        name: output,
        input: [pixelsInput],
        output: [output],
        attribute: [
          create(AttributeProtoSchema, { name: 'body', type: GRAPH, g: body }),
          create(AttributeProtoSchema, { name: 'num_scan_inputs', type: INT, i: 1n }),
        ],
      }),
    ],
    [],
  )
  return output
}
