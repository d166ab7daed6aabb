import {
  type ExtractorDescription,
  type ExtractorLayer,
  extractorOfEarlierRuns,
} from '../../shared/model/extractor'
import { createHash } from 'node:crypto'
import type { PictureVariation } from '../../core/augmentation/pictureChange'
import type { CachedTap } from './featureCache'

/** Of the network of earlier versions, whose features and models do not name its weights. */
export const hashOfEarlierRuns = 'fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e'

/**
 * Under what the features of layers lie in the cache: network, weights and layer, so that features
 * of other weights never mix; and how the pictures were varied, where they were.
 */
export function cachedTaps(
  { id, contentHash }: Pick<ExtractorDescription, 'id' | 'contentHash'>,
  layers: readonly ExtractorLayer[],
  variation: PictureVariation | null = null,
): readonly CachedTap[] {
  return layers.map(({ name, dimension, of }) => {
    const owner = of ?? { extractor: id, contentHash, name }
    const network = networkName(owner.extractor, owner.contentHash)
    const varied = variation === null ? '' : `+${variationKey(variation)}`
    return { id: `${network}/${owner.name}${varied}`, dimension }
  })
}

function networkName(id: string, contentHash: string): string {
  const isUnnamed = id === extractorOfEarlierRuns && contentHash === hashOfEarlierRuns
  return isUnnamed ? id : `${id}@${contentHash.slice(0, 16)}`
}

/** Changes with what pictures become of the same draws. */
const changesVersion = 1

function variationKey(variation: PictureVariation): string {
  if (variation.kind === 'view') return `view${variation.view}.${changesVersion}`
  const { policy, seed, version } = variation
  const numbers = JSON.stringify(Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1)))
  const hash = createHash('sha256').update(`${changesVersion} ${seed} ${numbers}`).digest('hex')
  return `augmented-${hash.slice(0, 16)}-${version}`
}
