import { join } from 'node:path'
import type { ExtractorDescription, ExtractorLayer } from '../../../shared/model/extractor'
import type { Extractor } from './extractor'
import { graphExtractor } from './graphExtractor'
import { readNetworkFolder } from './networkFolder'

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
  },
): Extractor {
  const { expansions, ...more } = options
  const id = `efficientnet-lite${number}`
  const title = `EfficientNet-Lite${number}`
  return graphExtractor(
    {
      id,
      title: { en: title, 'zh-CN': title },
      input: { sidePx: 224, mean: [127, 127, 127], deviation: [128, 128, 128] },
      licence: 'Apache-2.0',
      layers: expansions.map(expansion),
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
  defaultLayers: { usual: 'expand13+expand15+expand20', ofManyImages: 'expand13+expand20' },
})
