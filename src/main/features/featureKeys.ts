import {
  type ExtractorDescription,
  type ExtractorLayer,
  extractorOfEarlierRuns,
} from '../../shared/model/extractor'
import type { CachedTap } from './featureCache'

/** Of the network of earlier versions, whose features and models do not name its weights. */
export const hashOfEarlierRuns = 'fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e'

/**
 * Under what the features of layers lie in the cache: network, weights and layer, so that features
 * of other weights never mix.
 */
export function cachedTaps(
  { id, contentHash }: Pick<ExtractorDescription, 'id' | 'contentHash'>,
  layers: readonly ExtractorLayer[],
): readonly CachedTap[] {
  return layers.map(({ name, dimension, of }) => {
    const owner = of ?? { extractor: id, contentHash, name }
    return { id: `${networkName(owner.extractor, owner.contentHash)}/${owner.name}`, dimension }
  })
}

function networkName(id: string, contentHash: string): string {
  const isUnnamed = id === extractorOfEarlierRuns && contentHash === hashOfEarlierRuns
  return isUnnamed ? id : `${id}@${contentHash.slice(0, 16)}`
}
