import { type GraphNode, inputsOf } from './graphNodes'

/**
 * Places between the blocks of a network, in their order: all that comes after such a place hangs on
 * its map alone, and nothing rectifies that map.
 * @param nodes in an order in which each stands after its inputs
 */
export function placesBetweenBlocks(nodes: readonly GraphNode[]): readonly string[] {
  const placeOf = new Map(nodes.map(({ name }, at) => [name, at]))
  const lastUse = new Int32Array(nodes.length).fill(-1)
  /** The last node that takes something from before the one at hand. */
  let reach = -1
  nodes.forEach((node, at) => {
    for (const input of inputsOf(node)) {
      const place = placeOf.get(input)
      if (place === undefined) reach = at
      else lastUse[place] = at
    }
  })
  const places: string[] = []
  nodes.forEach((node, at) => {
    const isPlain = node.kind === 'sum' || node.activation === 'none'
    if (isPlain && reach <= at) places.push(node.name)
    reach = Math.max(reach, lastUse[at]!)
  })
  return places
}

/** The map at a place of a network, and what it costs to come there. */
export interface MapAt {
  /** Of its rows and columns. */
  readonly sidePx: number
  readonly channels: number
  readonly multiplyAdds: number
  /** In all maps from the picture, which does not count, to this one. */
  readonly numbers: number
}

/**
 * The maps that come out of each node of a picture.
 * @param shapeOf of the weights of that name
 */
export function mapsOf(
  nodes: readonly GraphNode[],
  shapeOf: (name: string) => readonly number[],
  picture: { readonly place: string; readonly sidePx: number },
): ReadonlyMap<string, MapAt> {
  const maps = new Map<string, MapAt>([
    [picture.place, { sidePx: picture.sidePx, channels: 3, multiplyAdds: 0, numbers: 0 }],
  ])
  let spent = 0
  let numbers = 0
  for (const node of nodes) {
    const from = maps.get(inputsOf(node)[0]!)
    if (from === undefined) continue
    if (node.kind === 'sum') {
      numbers += from.sidePx ** 2 * from.channels
      maps.set(node.name, { ...from, multiplyAdds: spent, numbers })
      continue
    }
    const [height = 0, width = 0, inputs = 0, outputs = 0] = shapeOf(node.filter)
    const sidePx = Math.ceil(from.sidePx / node.stride)
    spent += sidePx ** 2 * height * width * inputs * outputs
    const channels = node.kind === 'depthwise' ? inputs : outputs
    numbers += sidePx ** 2 * channels
    maps.set(node.name, { sidePx, channels, multiplyAdds: spent, numbers })
  }
  return maps
}
