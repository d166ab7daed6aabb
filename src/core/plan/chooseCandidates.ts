import type { ExtractorDescription } from '../../shared/model/extractor'
import type { TrainingRequest } from '../../shared/model/training'
import { manyImages } from './chooseNetwork'
import { type ChosenFeatures, dimensionOf, featuresName, findExtractor, layersOf } from './features'

/** Networks and layers that a request leaves to held-out labels, cheapest first; none or several. */
export function chooseCandidates(
  imageCount: number,
  request: Pick<TrainingRequest, 'network' | 'quality' | 'extractor' | 'features'>,
  extractors: readonly ExtractorDescription[],
): readonly ChosenFeatures[] {
  const { quality = 'fast', extractor, features, network = 'frozen' } = request
  // Layers belong to a network, so that whoever names them names it.
  if (network !== 'frozen' || quality === 'fast' || features !== undefined) return []
  const compared =
    extractor === undefined && quality === 'best'
      ? extractors
      : [findExtractor(extractors, extractor ?? extractors[0]?.id)]
  const found = compared.flatMap((one) =>
    layersToCompare(one, imageCount).map((layers) => ({ extractor: one, features: layers })),
  )
  if (found.length < 2) return []
  return found.sort((a, b) => multiplyAddsOf(a) - multiplyAddsOf(b) || sizeOf(a) - sizeOf(b))
}

/** Of a picture, in millions, as far as the deepest of the layers. */
export const multiplyAddsOf = ({ extractor, features }: ChosenFeatures): number =>
  Math.max(...layersOf(extractor, features).map(({ multiplyAdds }) => multiplyAdds))

const sizeOf = ({ extractor, features }: ChosenFeatures): number =>
  dimensionOf(layersOf(extractor, features))

/**
 * The usual layers, the fewer ones of many images, and the last of the usual ones with the last of
 * the network: that knows most of what it was trained on, which helps where labels are such things.
 * Few, because the more are compared, the more the luckiest wins.
 */
function layersToCompare(extractor: ExtractorDescription, imageCount: number): readonly string[] {
  const { usual, ofManyImages } = extractor.defaultLayers
  // Several networks as one are for their usual layers together; others of them stand for themselves.
  const isSeveral = extractor.layers.some(({ of }) => of !== undefined)
  if (isSeveral) return [imageCount < manyImages ? usual : ofManyImages]
  const lastUsual = layersOf(extractor, usual).at(-1)!
  const last = extractor.layers.at(-1)!
  const deep = last === lastUsual ? [last] : [lastUsual, last]
  const named =
    imageCount < manyImages
      ? [usual, ofManyImages, featuresName(deep)]
      : [ofManyImages, featuresName([last])]
  return [...new Set(named.map((layers) => featuresName(layersOf(extractor, layers))))]
}

/** Those of one network after another, with all layers that any of them has. */
export function networksOf<Candidate extends ChosenFeatures>(
  candidates: readonly Candidate[],
): readonly (ChosenFeatures & { readonly candidates: readonly Candidate[] })[] {
  return [...new Set(candidates.map(({ extractor }) => extractor))].map((extractor) => {
    const own = candidates.filter((candidate) => candidate.extractor === extractor)
    const names = new Set(own.flatMap(({ features }) => features.split('+')))
    const layers = extractor.layers.filter(({ name }) => names.has(name))
    return { extractor, features: featuresName(layers), candidates: own }
  })
}
