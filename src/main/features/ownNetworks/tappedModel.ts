import { clone, create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import type { OwnInput } from '../../../shared/model/ownNetwork'

const { FLOAT, FLOAT16 } = TensorProto_DataType
/** No exporter writes such names. */
const prefix = 'semblance:'

/** A network as ONNX Runtime is given it, and the names to ask for. */
export interface TappedModel {
  readonly bytes: Uint8Array
  readonly inputName: string
  readonly outputs: readonly string[]
}

/** What {@link tapModel} gives, not yet as bytes. */
export interface TappedGraph extends Omit<TappedModel, 'bytes'> {
  readonly model: ModelProto
}

/**
 * The network that gives tensors of its graph as float32 and ends with the last of them; one in
 * half precision takes float32 as well.
 * @param gives the tensors' numbers, or their shapes alone
 */
export function tapModel(
  model: ModelProto,
  input: Pick<OwnInput, 'name' | 'isHalf'>,
  tensors: readonly string[],
  gives: 'numbers' | 'shapes' = 'numbers',
): TappedModel {
  const { model: tapped, ...names } = tapGraph(model, input, tensors, gives)
  return { bytes: toBinary(ModelProtoSchema, tapped), ...names }
}

export function tapGraph(
  model: ModelProto,
  input: Pick<OwnInput, 'name' | 'isHalf'>,
  tensors: readonly string[],
  gives: 'numbers' | 'shapes' = 'numbers',
): TappedGraph {
  const tapped = clone(ModelProtoSchema, model)
  const graph = tapped.graph!
  const nodes = neededNodes(graph.node, tensors)
  const added: NodeProto[] = []
  const outputs = tensors.map((tensor, i) => {
    const output = `${prefix}${i}`
    const shape = `${output}:shape`
    if (gives === 'shapes') added.push(nodeOf('Shape', tensor, shape))
    added.push(cast(gives === 'shapes' ? shape : tensor, output, FLOAT))
    return output
  })
  let inputName = input.name
  if (input.isHalf) {
    inputName = `${prefix}pixels`
    const given = graph.input.find(({ name }) => name === input.name)!
    given.name = inputName
    if (given.type?.value.case === 'tensorType') given.type.value.value.elemType = FLOAT
    nodes.unshift(cast(inputName, input.name, FLOAT16))
  }
  graph.node = [...nodes, ...added]
  graph.output = outputs.map((name) => create(ValueInfoProtoSchema, { name }))
  const used = new Set(graph.node.flatMap((node) => [...inputsOf(node)]))
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name))
  const weights = new Set(model.graph!.initializer.map(({ name }) => name))
  graph.input = graph.input.filter(({ name }) => !weights.has(name) || used.has(name))
  graph.quantizationAnnotation = []
  return { model: tapped, inputName, outputs }
}

/** Nodes that the tensors come from, in their order. */
export function neededNodes(nodes: readonly NodeProto[], tensors: readonly string[]): NodeProto[] {
  const producers = new Map<string, NodeProto>()
  for (const node of nodes) for (const output of node.output) producers.set(output, node)
  const needed = new Set<NodeProto>()
  const waiting = [...tensors]
  while (waiting.length > 0) {
    const producer = producers.get(waiting.pop()!)
    if (producer === undefined || needed.has(producer)) continue
    needed.add(producer)
    waiting.push(...inputsOf(producer))
  }
  return nodes.filter((node) => needed.has(node))
}

/** Also what the branches and loops inside a node take from around it. */
function* inputsOf(node: NodeProto): Generator<string> {
  yield* node.input
  for (const { g, graphs } of node.attribute) {
    for (const inner of g === undefined ? graphs : [g, ...graphs]) {
      for (const innerNode of inner.node) yield* inputsOf(innerNode)
      for (const { name } of inner.output) yield name
    }
  }
}

const nodeOf = (opType: string, input: string, output: string): NodeProto =>
  create(NodeProtoSchema, { opType, name: output, input: [input], output: [output] })

function cast(input: string, output: string, to: number): NodeProto {
  const node = nodeOf('Cast', input, output)
  node.attribute = [
    create(AttributeProtoSchema, {
      name: 'to',
      type: AttributeProto_AttributeType.INT,
      i: BigInt(to),
    }),
  ]
  return node
}
