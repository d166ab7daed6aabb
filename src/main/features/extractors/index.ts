import type { ExtractorDescription } from '../../../shared/model/extractor'
import { efficientNetLite0, efficientNetLite1, efficientNetLite2 } from './efficientNetLite'
import type { Extractor } from './extractor'
import { mobileNetV2Mid } from './mobileNetV2Mid'
import { severalNetworks } from './severalNetworks'

const registered: Extractor[] = []

/** The pretrained networks there are; the first is taken where nobody chooses. */
export const extractors: readonly Extractor[] = registered

/**
 * Adds a network to the list, for this thread.
 * @throws Error where its names would not go into an option or the name of a folder
 */
export function registerExtractor(extractor: Extractor): void {
  const { id, contentHash, layers } = extractor
  const names = layers.map(({ name }) => name)
  const isSound =
    registered.every((other) => other.id !== id) &&
    new Set(names).size === names.length &&
    [id, ...names].every((name) => /^[\w.-]{1,64}$/.test(name)) &&
    /^[0-9a-f]{64}$/.test(contentHash)
  if (!isSound) throw new Error(`The network "${id}" has names or a hash that cannot be used`)
  registered.push(extractor)
}

const networks = [efficientNetLite0, efficientNetLite1, efficientNetLite2, mobileNetV2Mid]
/** On drawings what the one sees adds to what the other does (docs/networks.md). */
const both = [
  { lite: efficientNetLite0, number: 0 },
  { lite: efficientNetLite1, number: 1 },
].map(({ lite, number }) => {
  const title = `EfficientNet-Lite${number} + MobileNetV2 1.4`
  return severalNetworks(
    { id: `efficientnet-lite${number}-and-mobilenet-v2`, title: { en: title, 'zh-CN': title } },
    [
      { extractor: lite, prefix: `lite${number}`, usual: lite.defaultLayers.usual.split('+') },
      {
        ...{ extractor: mobileNetV2Mid, prefix: 'mobilenet' },
        ...{ usual: ['conv12'], more: ['conv13', 'conv15'] },
      },
    ],
  )
})
for (const extractor of [...networks, ...both]) registerExtractor(extractor)

/** Takes a network out of the list, for this thread. */
export function forgetExtractor(id: string): void {
  const place = registered.findIndex((extractor) => extractor.id === id)
  if (place >= 0) registered.splice(place, 1)
}

/** All of them as plain data, for plans, the window and the command line. */
export const describeExtractors = (): readonly ExtractorDescription[] =>
  registered.map(
    ({ open: _, placed: __, readTrainable: ___, readGraph: ____, ...description }) => description,
  )
