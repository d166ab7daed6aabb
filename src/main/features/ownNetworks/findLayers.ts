import type { ModelProto, NodeProto } from 'onnx-buf'
import type { OwnLayer } from '../../../shared/model/ownNetwork'
import { neededNodes } from './tappedModel'

/** Shapes that tensors of a graph were found to have. */
export interface TensorShapes {
  /** Pictures that were given. */
  readonly n: number
  readonly of: ReadonlyMap<string, readonly number[]>
}

export interface FoundLayers {
  /** In the order of the network. */
  readonly layers: readonly OwnLayer[]
  readonly defaultLayer: string
}

/** Numbers of features; fewer tell nothing, more are maps. */
const leastFeatures = 8
const mostFeatures = 65_536
/** Tokens of its own that a transformer has before those of the patches; registers are four. */
const ownTokenCounts = [0, 1, 2, 5]
/** What ends a block of a network, so that its output may be features. */
const endsBlock = new Set(
  `Add Relu Clip HardSwish LeakyRelu PRelu Elu Gelu Mul Conv BatchNormalization LayerNormalization
  InstanceNormalization GroupNormalization Concat Identity MaxPool AveragePool Transpose Div
  SkipLayerNormalization FusedConv`.split(/\s+/),
)
/** What makes a vector of another, without weights that mix its numbers. */
const mixes = new Set(['Gemm', 'MatMul', 'Conv', 'FusedMatMul', 'MatMulInteger', 'FusedGemm'])
const onlyMoves = new Set(
  'Gather Squeeze Flatten Slice Reshape Identity Unsqueeze Cast Dropout Split'.split(' '),
)

/** Constants, and what gives lists of tensors, of which no shape can be asked. */
const withoutShape = /^Constant$|Sequence|^Optional|^If$|^Loop$|^Scan$/

interface Tensor {
  readonly name: string
  readonly node: NodeProto
  /** For one picture. */
  readonly shape: readonly number[]
}

/** Tensors whose shapes `findLayers` asks for. */
export function tensorsToMeasure(model: ModelProto): readonly string[] {
  const { node: nodes, output } = model.graph!
  const needed = neededNodes(
    nodes,
    output.map(({ name }) => name),
  )
  return needed
    .filter(({ opType }) => !withoutShape.test(opType))
    .flatMap((node) => node.output.slice(0, 1).filter((name) => name !== ''))
}

/**
 * Layers that features may be taken from: what the network gives, what it sees of the whole picture
 * before its classifier, its class token, means over its last tokens or map, and over earlier ones.
 * Null where it has none.
 */
export function findLayers(model: ModelProto, shapes: TensorShapes): FoundLayers | null {
  const { node: nodes, output } = model.graph!
  const tensors = nodes.flatMap((node): Tensor[] => {
    const name = node.output[0]
    const shape = name === undefined ? undefined : shapes.of.get(name)
    // What does not grow with the pictures is no feature of them.
    if (shape === undefined || shape.length < 2 || shape[0] !== shapes.n) return []
    return [{ name: name!, node, shape: shape.slice(1) }]
  })
  const consumers = new Map<string, NodeProto[]>()
  for (const node of nodes) {
    for (const input of node.input) {
      const known = consumers.get(input)
      if (known === undefined) consumers.set(input, [node])
      else known.push(node)
    }
  }
  const isAttention = ({ name }: Tensor) =>
    consumers.get(name)?.some(({ opType }) => opType === 'Softmax') === true
  const spatial = tensors.filter(
    (tensor) =>
      endsBlock.has(tensor.node.opType) &&
      !isAttention(tensor) &&
      (mapOf(tensor.shape) !== null || tokensOf(tensor.shape) !== null),
  )
  const names = new Set(output.map(({ name }) => name))
  const given = tensors.filter(({ name }) => names.has(name))
  const last =
    given.findLast(({ shape }) => (mapOf(shape) ?? tokensOf(shape)) !== null) ?? spatial.at(-1)
  const workOf = multiplyAdds(nodes, model, shapes)
  const layers: OwnLayer[] = []
  const add = (
    name: string,
    tensor: Tensor,
    how: Pick<OwnLayer, 'pooling' | 'channelAxis' | 'ownTokens'>,
  ) => {
    layers.push({
      ...{ name, tensor: tensor.name, shape: [...tensor.shape], ...how },
      dimension: how.pooling === 'vector' ? sizeOf(tensor.shape) : tensor.shape[how.channelAxis]!,
      multiplyAdds: workOf(tensor.name),
    })
  }
  const plain = { channelAxis: 0, ownTokens: 0 } as const
  for (const [name, tensor] of last === undefined ? [] : earlier(spatial, last)) {
    const map = mapOf(tensor.shape)
    add(name, tensor, {
      pooling: 'mean',
      channelAxis: map?.channelAxis ?? 1,
      ownTokens: tokensOf(tensor.shape)?.ownTokens ?? 0,
    })
  }
  const vectors = tensors.filter(isVector)
  const placeOf = new Map(nodes.map((node, place) => [node, place]))
  const isAfter = (tensor: Tensor, earlierOne: Tensor): boolean =>
    placeOf.get(tensor.node)! > placeOf.get(earlierOne.node)!
  const after = vectors.filter((tensor) => last === undefined || isAfter(tensor, last))
  const pooled = lastUnmixed(after)
  const token = last === undefined ? null : tokensOf(last.shape)
  let isClassToken = false
  if (last !== undefined && token !== null) {
    const { ownTokens } = token
    isClassToken = ownTokens > 0
    if (isClassToken) add('class', last, { pooling: 'first', channelAxis: 1, ownTokens })
    add('mean', last, { pooling: 'mean', channelAxis: 1, ownTokens })
    add('generalised', last, { pooling: 'generalised', channelAxis: 1, ownTokens })
  } else if (last !== undefined) {
    const { channelAxis } = mapOf(last.shape)!
    if (pooled === null) add('mean', last, { pooling: 'mean', channelAxis, ownTokens: 0 })
    add('generalised', last, { pooling: 'generalised', channelAxis, ownTokens: 0 })
  }
  const isSameAsClass = pooled !== null && isClassToken && pooled.moves
  if (pooled !== null && !isSameAsClass)
    add('pooled', pooled.tensor, { pooling: 'vector', ...plain })
  const end = given.findLast(isVector)
  if (end !== undefined && end.name !== pooled?.tensor.name && !isMovedOf(pooled, end)) {
    add('output', end, { pooling: 'vector', ...plain })
  }
  const sound = layers.filter(
    ({ dimension }) => dimension >= leastFeatures && dimension <= mostFeatures,
  )
  if (sound.length === 0) return null
  const isThere = (name: string) => sound.some((layer) => layer.name === name)
  const isEmbedding = end !== undefined && /embed|feature/i.test(end.name)
  const preferred = [...(isEmbedding ? ['output'] : []), 'pooled', 'class', 'mean', 'output']
  return { layers: sound, defaultLayer: preferred.find(isThere) ?? sound.at(-1)!.name }
}

/** A map of squares, with its channels first or last. */
function mapOf(
  shape: readonly number[],
): { readonly channelAxis: number; readonly sidePx: number } | null {
  const [a, b, c] = shape
  if (shape.length !== 3 || a === undefined || b === undefined || c === undefined) return null
  if (b === c && b > 1) return { channelAxis: 0, sidePx: b }
  return a === b && a > 1 ? { channelAxis: 2, sidePx: a } : null
}

/** Rows of tokens, of which those of the patches fill a square. */
function tokensOf(shape: readonly number[]): { readonly ownTokens: number } | null {
  const [count, dimension] = shape
  if (shape.length !== 2 || count === undefined || count < 4 || dimension! < leastFeatures)
    return null
  const ownTokens = ownTokenCounts.find((own) => Number.isInteger(Math.sqrt(count - own)))
  return { ownTokens: ownTokens ?? 0 }
}

/** One number a channel; those of a squeeze inside a block too, which come before its map. */
const isVector = ({ shape }: Tensor): boolean => {
  const size = sizeOf(shape)
  return size >= leastFeatures && size <= mostFeatures && shape.includes(size)
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((all, one) => all * one, 1)

/** The last vector before weights mix its numbers, and whether it was only moved to there. */
function lastUnmixed(
  vectors: readonly Tensor[],
): { readonly tensor: Tensor; readonly moves: boolean; readonly all: readonly Tensor[] } | null {
  const [first] = vectors
  if (first === undefined || mixes.has(first.node.opType)) return null
  const all: Tensor[] = [first]
  for (const tensor of vectors.slice(1)) {
    if (!tensor.node.input.includes(all.at(-1)!.name)) continue
    const isOther = sizeOf(tensor.shape) !== sizeOf(first.shape)
    if (isOther || mixes.has(tensor.node.opType)) break
    all.push(tensor)
  }
  return {
    tensor: all.at(-1)!,
    moves: all.every(({ node }) => onlyMoves.has(node.opType)),
    all,
  }
}

const isMovedOf = (pooled: ReturnType<typeof lastUnmixed>, end: Tensor): boolean =>
  pooled?.all.some(({ name }) => name === end.name) === true

/**
 * Means of earlier parts: for maps the last one of each of the sizes before the end, for tokens
 * those at a half and at three quarters of the way.
 */
function earlier(
  spatial: readonly Tensor[],
  last: Tensor,
): readonly (readonly [name: string, tensor: Tensor])[] {
  const lastMap = mapOf(last.shape)
  if (lastMap !== null) {
    const bySide = new Map<number, Tensor>()
    for (const tensor of spatial) {
      const side = mapOf(tensor.shape)?.sidePx
      if (side !== undefined && side > lastMap.sidePx) bySide.set(side, tensor)
    }
    const nearest = [...bySide].sort(([a], [b]) => a - b).slice(0, 2)
    return nearest.reverse().map(([side, tensor]) => [`map${side}`, tensor] as const)
  }
  const same = spatial.filter(
    ({ name, shape, node }) =>
      name !== last.name && node.opType === 'Add' && shape.join() === last.shape.join(),
  )
  if (same.length < 4) return []
  return [50, 75].map((percent) => {
    return [`depth${percent}`, same[Math.round((same.length * percent) / 100) - 1]!] as const
  })
}

/**
 * Millions of multiplications and additions of convolutions and products of matrices from the
 * picture to a tensor.
 */
function multiplyAdds(
  nodes: readonly NodeProto[],
  model: ModelProto,
  shapes: TensorShapes,
): (tensor: string) => number {
  const weights = new Map(
    model.graph!.initializer.map(({ name, dims }) => [name, dims.map(Number)] as const),
  )
  const dimsOf = (name: string | undefined) =>
    name === undefined ? undefined : (weights.get(name) ?? shapes.of.get(name))
  const workOfNode = ({ opType, input, output }: NodeProto): number => {
    const out = shapes.of.get(output[0] ?? '')
    if (out === undefined) return 0
    if (opType === 'Conv') {
      const weight = dimsOf(input[1])
      return weight === undefined ? 0 : sizeOf(weight) * sizeOf(out.slice(2))
    }
    if (opType === 'MatMul' || opType === 'Gemm') {
      return (sizeOf(out) / shapes.n) * (dimsOf(input[0])?.at(-1) ?? 0)
    }
    return 0
  }
  return (tensor) => {
    const sum = neededNodes(nodes, [tensor]).reduce((all, node) => all + workOfNode(node), 0)
    return Math.max(0.001, Number((sum / 1e6).toPrecision(4)))
  }
}
