/** What is done to the numbers of a convolution after its bias. */
export type Activation = 'none' | 'relu' | 'relu6'

export interface ConvolutionNode {
  /** 'depthwise': each channel by its own filter. */
  readonly kind: 'convolution' | 'depthwise'
  readonly name: string
  readonly input: string
  /** Name of its weights: `[height, width, inputs, outputs]`, depthwise `[height, width, channels, 1]`. */
  readonly filter: string
  /** `[outputs]` */
  readonly bias: string
  readonly stride: number
  readonly activation: Activation
}

/** The sum of two maps of the same shape: where a block leaves its input as it was, and adds to it. */
interface SumNode {
  readonly kind: 'sum'
  readonly name: string
  readonly inputs: readonly [string, string]
}

/**
 * A node of a convolutional network with folded batch norms. All padding is 'same': of an input of
 * n points `ceil(n / stride)` come out, with the odd zero behind.
 */
export type GraphNode = ConvolutionNode | SumNode

export const inputsOf = (node: GraphNode): readonly string[] =>
  node.kind === 'sum' ? node.inputs : [node.input]

/**
 * The nodes that lead from one place of a network to others, in their order.
 * @param from the place whose map is given; it need not be a node
 * @throws Error where an output hangs on something else as well, or a node stands before its input
 */
export function nodesBetween(
  nodes: readonly GraphNode[],
  from: string,
  outputs: readonly string[],
): readonly GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const wanted = new Set<string>()
  const visit = (name: string): void => {
    if (name === from || wanted.has(name)) return
    const node = byName.get(name)
    if (node === undefined) throw new Error(`"${name}" does not follow from "${from}" alone`)
    wanted.add(name)
    inputsOf(node).forEach(visit)
  }
  outputs.forEach(visit)
  const between = nodes.filter(({ name }) => wanted.has(name))
  const done = new Set([from])
  for (const node of between) {
    const early = inputsOf(node).find((name) => !done.has(name))
    if (early !== undefined) throw new Error(`"${node.name}" stands before its input "${early}"`)
    done.add(node.name)
  }
  return between
}
