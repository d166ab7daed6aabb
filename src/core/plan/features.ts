import { AppError } from '../../shared/errors'
import {
  type ExtractorDescription,
  type ExtractorLayer,
  extractorOfEarlierRuns,
} from '../../shared/model/extractor'
import { isOwnId } from '../../shared/model/ownNetwork'
import { featurePass } from '../work/work'

/** @throws AppError invalidInput where there is no such network */
export function findExtractor<Extractor extends ExtractorDescription>(
  extractors: readonly Extractor[],
  id: string = extractorOfEarlierRuns,
): Extractor {
  const found = extractors.find((extractor) => extractor.id === id)
  if (found !== undefined) return found
  if (isOwnId(id)) {
    throw new AppError(
      'invalidInput',
      `The network of your own that this run takes, ${id}, is not here. Name its file with --network-file, or add it again in the window.`,
      { extractor: id },
    )
  }
  const known = extractors.map((extractor) => extractor.id).join(', ')
  throw new AppError(
    'invalidInput',
    `There is no pretrained network "${id}". Choose one of: ${known}.`,
    { extractor: id },
  )
}

/**
 * The layers that a text such as `conv12+conv13` names, in the order of the network.
 * @throws AppError invalidInput for a name that is none, or is there twice
 */
export function layersOf(
  { id, layers }: Pick<ExtractorDescription, 'id' | 'layers'>,
  features: string,
): readonly ExtractorLayer[] {
  const names = features.split('+').map((name) => name.trim())
  const known = layers.map(({ name }) => name)
  const wrong = names.find((name, i) => !known.includes(name) || names.indexOf(name) !== i)
  if (wrong !== undefined) {
    throw new AppError(
      'invalidInput',
      `The features "${features}" cannot be had. Join layers of ${id} with +, each once: ${known.join(', ')}.`,
      { features, extractor: id },
    )
  }
  return layers.filter(({ name }) => names.includes(name))
}

export const featuresName = (layers: readonly ExtractorLayer[]): string =>
  layers.map(({ name }) => name).join('+')

export const dimensionOf = (layers: readonly ExtractorLayer[]): number =>
  layers.reduce((sum, { dimension }) => sum + dimension, 0)

/** What a run takes of which network. */
export interface ChosenFeatures {
  readonly extractor: ExtractorDescription
  /** Names of layers, joined with +. */
  readonly features: string
}

/** What the work of a run grows with. */
export interface FeatureCounts {
  /** Numbers in a row of features. */
  readonly featureSize: number
  /** Of an image through the network, see {@link featurePass}. */
  readonly passesPerImage: number
}

export const countFeatures = ({ extractor, features }: ChosenFeatures): FeatureCounts => ({
  featureSize: dimensionOf(layersOf(extractor, features)),
  passesPerImage: passesPerImage(extractor),
})

/** How deep the layers of a run are makes little difference; the whole network counts. */
export const passesPerImage = ({ layers }: Pick<ExtractorDescription, 'layers'>): number =>
  Math.max(...layers.map(({ multiplyAdds }) => multiplyAdds)) / featurePass
