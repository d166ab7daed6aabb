import { join } from 'node:path'
import type { ExtractorDescription, ExtractorLayer } from '../../../shared/model/extractor'
import { type Extractor, picturePlace } from './extractor'
import { graphExtractor } from './graphExtractor'
import { readNetworkFolder } from './networkFolder'

/** Where a block ends, and the map there; see `NetworkMap`. */
type Block = readonly [
  place: string,
  sidePx: number,
  channels: number,
  multiplyAdds: number,
  numbers: number,
]
type Expansion = readonly [block: number, dimension: number, multiplyAdds: number, scale: number]

/** The output of the expansion of a block, counted from 0. */
const expansion = ([block, dimension, multiplyAdds, rootScale]: Expansion): ExtractorLayer => ({
  name: `expand${block}`,
  dimension,
  rootScale,
  multiplyAdds,
})

/**
 * An EfficientNet-Lite of Google (Tan, Le 2019, without squeeze-and-excitation and with ReLU6),
 * trained on ImageNet, its batch norms folded and cut off after the last expansion; made by
 * `npm run networks`. Roots, scales and default layers were searched by `npm run bench -- networks`
 * (docs/networks.md).
 */
function efficientNetLite(
  number: 0 | 1 | 2,
  options: Pick<ExtractorDescription, 'contentHash' | 'weightBytes' | 'defaultLayers'> & {
    readonly expansions: readonly Expansion[]
    readonly blocks: readonly Block[]
  },
): Extractor {
  const { expansions, blocks, ...more } = options
  const id = `efficientnet-lite${number}`
  const title = `EfficientNet-Lite${number}`
  return graphExtractor(
    {
      id,
      title: { en: title, 'zh-CN': title },
      input: { sidePx: 224, mean: [127, 127, 127], deviation: [128, 128, 128] },
      licence: 'Apache-2.0',
      layers: expansions.map(expansion),
      maps: [[picturePlace, 224, 3, 0, 0] as const, ...blocks].map(
        ([place, sidePx, channels, multiplyAdds, numbers]) => ({
          ...{ place, sidePx, channels, multiplyAdds, numbers },
        }),
      ),
      ...more,
    },
    {
      nodeOf: ({ name }) => `block${name.slice('expand'.length)}/expand`,
      read: (projectFolder) => readNetworkFolder(join(projectFolder, 'resources', 'networks', id)),
    },
  )
}

export const efficientNetLite0 = efficientNetLite(0, {
  contentHash: 'ff1df3162ef45695f61ac22fb5e700640769232737c99d120969006988d5d147',
  weightBytes: 5_117_280,
  expansions: [
    [8, 480, 165, 3.1],
    [9, 672, 192, 3.8],
    [10, 672, 225, 4.2],
    [11, 672, 258, 4.3],
    [12, 1152, 276, 2.3],
    [13, 1152, 299, 2.7],
    [14, 1152, 322, 3],
    [15, 1152, 345, 2.6],
  ],
  blocks: [
    ['block0/project', 112, 16, 21, 1004],
    ['block1/project', 56, 24, 50, 2584],
    ['block2/sum', 56, 24, 76, 3638],
    ['block3/project', 28, 40, 94, 4234],
    ['block4/sum', 28, 40, 114, 4673],
    ['block5/project', 14, 80, 125, 4924],
    ['block6/sum', 14, 80, 141, 5143],
    ['block7/sum', 14, 80, 157, 5363],
    ['block8/project', 14, 112, 178, 5573],
    ['block9/sum', 14, 112, 210, 5880],
    ['block10/sum', 14, 112, 243, 6187],
    ['block11/project', 7, 192, 265, 6361],
    ['block12/sum', 7, 192, 288, 6493],
    ['block13/sum', 7, 192, 311, 6625],
    ['block14/sum', 7, 192, 334, 6757],
  ],
  defaultLayers: { usual: 'expand10+expand11+expand15', ofManyImages: 'expand11+expand15' },
})

export const efficientNetLite1 = efficientNetLite(1, {
  contentHash: '3aabca78efc42b040fd1af564e8873c1f3366ad0821e20c43863876ac51a0f74',
  weightBytes: 6_634_976,
  expansions: [
    [11, 480, 226, 3.1],
    [12, 672, 254, 3.9],
    [13, 672, 287, 4.3],
    [14, 672, 319, 4.7],
    [15, 672, 352, 4.4],
    [16, 1152, 370, 2.4],
    [17, 1152, 393, 2.6],
    [18, 1152, 416, 3],
    [19, 1152, 439, 3.2],
    [20, 1152, 463, 2.5],
  ],
  blocks: [
    ['block0/project', 112, 16, 21, 1004],
    ['block1/project', 56, 24, 50, 2584],
    ['block2/sum', 56, 24, 76, 3638],
    ['block3/sum', 56, 24, 102, 4691],
    ['block4/project', 28, 40, 120, 5287],
    ['block5/sum', 28, 40, 139, 5726],
    ['block6/sum', 28, 40, 159, 6165],
    ['block7/project', 14, 80, 171, 6416],
    ['block8/sum', 14, 80, 187, 6636],
    ['block9/sum', 14, 80, 203, 6855],
    ['block10/sum', 14, 80, 219, 7075],
    ['block11/project', 14, 112, 239, 7285],
    ['block12/sum', 14, 112, 272, 7592],
    ['block13/sum', 14, 112, 305, 7900],
    ['block14/sum', 14, 112, 337, 8207],
    ['block15/project', 7, 192, 359, 8381],
    ['block16/sum', 7, 192, 382, 8513],
    ['block17/sum', 7, 192, 406, 8644],
    ['block18/sum', 7, 192, 429, 8776],
    ['block19/sum', 7, 192, 452, 8908],
  ],
  defaultLayers: { usual: 'expand11+expand14+expand20', ofManyImages: 'expand14+expand20' },
})

export const efficientNetLite2 = efficientNetLite(2, {
  contentHash: '2bf536e42587ffc817793a8878ba95a885d07d4f70fa3caa1ad63dfc9ccd9cdf',
  weightBytes: 7_756_112,
  expansions: [
    [11, 528, 258, 3],
    [12, 720, 290, 3.9],
    [13, 720, 327, 4.1],
    [14, 720, 365, 4.5],
    [15, 720, 402, 4.2],
    [16, 1248, 423, 2.2],
    [17, 1248, 450, 2.5],
    [18, 1248, 477, 2.9],
    [19, 1248, 504, 3.1],
    [20, 1248, 531, 2.5],
  ],
  blocks: [
    ['block0/project', 112, 16, 21, 1004],
    ['block1/project', 56, 24, 50, 2584],
    ['block2/sum', 56, 24, 76, 3638],
    ['block3/sum', 56, 24, 102, 4691],
    ['block4/project', 28, 48, 121, 5294],
    ['block5/sum', 28, 48, 148, 5820],
    ['block6/sum', 28, 48, 175, 6347],
    ['block7/project', 14, 88, 192, 6647],
    ['block8/sum', 14, 88, 211, 6888],
    ['block9/sum', 14, 88, 230, 7130],
    ['block10/sum', 14, 88, 249, 7371],
    ['block11/project', 14, 120, 273, 7602],
    ['block12/sum', 14, 120, 311, 7931],
    ['block13/sum', 14, 120, 348, 8260],
    ['block14/sum', 14, 120, 385, 8590],
    ['block15/project', 7, 208, 410, 8776],
    ['block16/sum', 7, 208, 437, 8919],
    ['block17/sum', 7, 208, 464, 9061],
    ['block18/sum', 7, 208, 491, 9204],
    ['block19/sum', 7, 208, 518, 9347],
  ],
  defaultLayers: { usual: 'expand13+expand15+expand20', ofManyImages: 'expand13+expand20' },
})
