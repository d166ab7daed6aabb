import type { ExtractorDescription } from '../../../src/shared/model/extractor'
import { type LayerOfNetwork, spreadOf } from './layerFeatures'
import { type Candidate, type LayerMeter, nameOf, type SearchSet, setsOf } from './searchLayers'

export interface NetworkSearch {
  readonly network: ExtractorDescription
  readonly sets: readonly string[]
  /** By length, then by what they are worth. */
  readonly candidates: readonly Candidate[]
  /** What the program takes by itself, and the same without roots. */
  readonly present: Candidate
  readonly plain: Candidate
  /** Spread of each layer in each set, as the program scales it. */
  readonly spreads: readonly { readonly layer: string; readonly spreads: readonly number[] }[]
}

/** Measures all sets of layers of a network, and what the program takes of it at present. */
export function searchNetwork(
  network: ExtractorDescription,
  sets: readonly SearchSet[],
  meter: LayerMeter,
  options: { readonly most: number; readonly say: (line: string) => void },
): NetworkSearch {
  const { id } = network
  const all = network.layers.map((layer): LayerOfNetwork => ({ extractor: id, layer }))
  const candidates: Candidate[] = []
  for (const layers of setsOf(all, options.most)) {
    candidates.push(meter.measure(layers))
    options.say(`${id} ${nameOf(candidates.at(-1)!)}: ${candidates.at(-1)!.mean.toFixed(4)}`)
  }
  const names = network.defaultLayers.usual.split('+')
  const layers = all.filter(({ layer }) => names.includes(layer.name))
  return {
    network,
    sets: sets.map(({ title }) => title),
    candidates: candidates.sort((a, b) => a.layers.length - b.layers.length || b.mean - a.mean),
    present: meter.measure(layers),
    plain: meter.measure(layers.map((one) => ({ ...one, isPlain: one.layer.rootScale !== null }))),
    spreads: all.map((one) => ({
      layer: one.layer.name,
      spreads: sets.map(({ features }) => spreadOf(features.of([one]))),
    })),
  }
}
