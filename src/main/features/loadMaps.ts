import { findExtractor } from '../../core/plan/features'
import type { InputSource } from '../../core/inputSource'
import type { ExtractorDescription } from '../../shared/model/extractor'
import { extractors } from './extractors'
import { picturePlace } from './extractors/extractor'
import type { LoadedImages, LoadingReport } from './loadedImages'
import { type FeatureContext, loadLayers } from './loadFeatures'
import { loadPixels } from './loadPixels'
import { mapAt } from './networkMaps'
import type { JobImages } from './pictures'

/**
 * What a part of a network takes of all images: the map before it, from the cache or computed and
 * put there, or the pictures themselves, normalised. Null when it was cancelled.
 * @throws AppError outOfMemory where there are more pictures than memory may hold
 */
export async function loadMaps(
  images: JobImages,
  { extractor: id, place }: { readonly extractor: string; readonly place: string },
  context: FeatureContext,
  report: LoadingReport,
): Promise<LoadedImages | null> {
  const extractor = findExtractor(extractors, id)
  const map = mapAt(extractor, place)
  const input = { kind: 'maps', extractor: id, contentHash: extractor.contentHash, place } as const
  if (place === picturePlace) {
    const { variation = null } = context
    const loaded = await loadPixels(images, map.sidePx, report, { variation })
    if (loaded === null) return null
    return { ...loaded, source: normalizedSource(loaded.source, extractor.input), input }
  }
  const layer = {
    name: `map of ${place}`,
    dimension: map.sidePx ** 2 * map.channels,
    rootScale: null,
    multiplyAdds: map.multiplyAdds,
    place,
  }
  const loaded = await loadLayers(images, { extractor, layers: [layer] }, context, report)
  return loaded === null ? null : { ...loaded, input }
}

/** Pictures of numbers from 0 to 1 as a network takes them. */
function normalizedSource(
  pixels: InputSource,
  { mean, deviation }: ExtractorDescription['input'],
): InputSource {
  return {
    ...pixels,
    read(rows, target, augmentation) {
      pixels.read(rows, target, augmentation)
      const end = rows.length * pixels.rowSize
      for (let i = 0; i < end; i += 3) {
        target[i] = (255 * target[i]! - mean[0]) / deviation[0]
        target[i + 1] = (255 * target[i + 1]! - mean[1]) / deviation[1]
        target[i + 2] = (255 * target[i + 2]! - mean[2]) / deviation[2]
      }
    },
  }
}
