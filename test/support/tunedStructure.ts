import { createRandom } from '../../src/core/math/random'
import type { GraphNode } from '../../src/core/network/graph/graphNodes'
import type { TunedStructure } from '../../src/core/network/graph/tunedStructure'

const normal = (seed: string, count: number): Float32Array => {
  const random = createRandom(seed)
  return Float32Array.from({ length: count }, () => random.normal())
}

const convolution = (
  name: string,
  input: string,
  more: Partial<Extract<GraphNode, { kind: 'convolution' | 'depthwise' }>> = {},
): GraphNode => ({
  kind: 'convolution',
  name,
  input,
  filter: `${name}/filter`,
  bias: `${name}/bias`,
  stride: 1,
  activation: 'none',
  ...more,
})

/** Two blocks as a MobileNet has them, the first with a way around it, the second with a stride. */
export const structure: TunedStructure = {
  from: 'before',
  nodes: [
    convolution('a', 'before', { activation: 'relu6' }),
    convolution('b', 'a', { kind: 'depthwise', activation: 'relu6' }),
    convolution('c', 'b'),
    { kind: 'sum', name: 'd', inputs: ['c', 'before'] },
    convolution('e', 'd', { activation: 'relu' }),
    convolution('f', 'e', { kind: 'depthwise', stride: 2 }),
    convolution('unused', 'f'),
  ],
  taps: [
    { node: 'a', channels: 6, rootScale: 2 },
    { node: 'e', channels: 5, rootScale: 3 },
    { node: 'f', channels: 5, rootScale: null },
  ],
}
const shapes = {
  a: [1, 1, 4, 6],
  b: [3, 3, 6, 1],
  c: [1, 1, 6, 4],
  e: [1, 1, 4, 5],
  f: [5, 5, 5, 1],
} as const
export const weights = Object.entries(shapes).flatMap(([name, shape]) => {
  const outputs = name === 'b' || name === 'f' ? shape[2] : shape[3]
  const count = shape.reduce((a: number, b) => a * b, 1)
  return [
    { name: `${name}/filter`, shape, data: normal(`${name} filter`, count).map((x) => x / 2) },
    { name: `${name}/bias`, shape: [outputs], data: normal(`${name} bias`, outputs) },
  ]
})
