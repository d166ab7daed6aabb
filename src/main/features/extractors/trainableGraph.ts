import * as v from 'valibot'
import type { Activation, GraphNode } from '../../../core/network/graph/graphNodes'
import type { SavedTensor } from '../../../core/network/savedModel'
import type { GraphRequest } from '../../backend/pictureGraph'

const whole = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.integer())
/** As base64 in the JSON of a graph. */
const text = v.pipe(
  v.string(),
  v.transform((encoded) => Buffer.from(encoded, 'base64').toString('latin1')),
)
const listOf = <Item extends v.GenericSchema>(item: Item) =>
  v.object({
    list: v.looseObject({ i: v.exactOptional(v.array(item)), s: v.exactOptional(v.array(item)) }),
  })

const names = v.array(v.string())
const sum = v.looseObject({ name: v.string(), op: v.picklist(['AddV2', 'Add']), input: names })
const fused = v.looseObject({
  name: v.string(),
  op: v.picklist(['_FusedConv2D', 'FusedDepthwiseConv2dNative']),
  input: names,
  attr: v.looseObject({
    strides: listOf(whole),
    padding: v.object({ s: text }),
    fused_ops: listOf(text),
    dilations: v.exactOptional(listOf(whole)),
    data_format: v.exactOptional(v.object({ s: text })),
  }),
})
const graph = v.looseObject({ node: v.array(v.looseObject({ name: v.string() })) })

const activations: Readonly<Record<string, Activation>> = {
  BiasAdd: 'none',
  'BiasAdd,Relu': 'relu',
  'BiasAdd,Relu6': 'relu6',
}

/**
 * What of a graph of TensorFlow.js can be trained: its convolutions with bias and rectifier, and its
 * sums. What it has besides is left out: a place behind it cannot be reached from one before it
 * (`nodesBetween`).
 * @returns weights as float32, by the names that the nodes have for them
 */
export function trainableGraph({
  graph: files,
}: {
  readonly graph: Pick<GraphRequest, 'modelTopology' | 'weightSpecs' | 'weights'>
}): {
  readonly nodes: readonly GraphNode[]
  readonly weights: readonly SavedTensor[]
} {
  const { node } = v.parse(graph, files.modelTopology)
  const nodes = node.map(nodeOf).filter((found) => found !== null)
  const used = new Set(nodes.flatMap((one) => (one.kind === 'sum' ? [] : [one.filter, one.bias])))
  const weights: SavedTensor[] = []
  let offset = 0
  for (const { name, shape } of files.weightSpecs) {
    const count = shape.reduce((a, b) => a * b, 1)
    if (used.has(name)) {
      const bytes = files.weights.slice(offset, offset + 4 * count)
      weights.push({ name, shape, data: new Float32Array(bytes.buffer) })
    }
    offset += 4 * count
  }
  return { nodes, weights }
}

function nodeOf(node: unknown): GraphNode | null {
  const added = v.safeParse(sum, node)
  if (added.success) {
    const [first, second] = added.output.input
    if (first === undefined || second === undefined) return null
    return { kind: 'sum', name: added.output.name, inputs: [first, second] }
  }
  const parsed = v.safeParse(fused, node)
  if (!parsed.success) return null
  const { name, op, input, attr } = parsed.output
  const [x, filter, bias] = input
  const [, stride, across] = attr.strides.list.i ?? []
  const activation = activations[(attr.fused_ops.list.s ?? []).join()]
  const isPlain =
    attr.padding.s === 'SAME' &&
    (attr.data_format?.s ?? 'NHWC') === 'NHWC' &&
    (attr.dilations?.list.i ?? []).every((by) => by === 1) &&
    stride === across
  if (!isPlain || activation === undefined || stride === undefined) return null
  if (x === undefined || filter === undefined || bias === undefined) return null
  const kind = op === '_FusedConv2D' ? 'convolution' : 'depthwise'
  return { kind, name, input: x, filter, bias, stride, activation }
}
