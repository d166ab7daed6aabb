import type { EmbeddingModel } from '../network'
import type { TrainingContext } from './surroundings'

/** The network from the pixels that the options name, before its first step. */
export function createPixelNetwork({
  options,
  backend,
  random,
}: Pick<TrainingContext, 'options' | 'backend' | 'random'>): EmbeddingModel {
  const { network, imageSizePx, embeddingSize, networkDepth, networkWidth } = options
  const common = { imageSizePx, embeddingSize, random: random.fork('network') }
  return network === 'residual'
    ? backend.models.residualNetwork({ ...common, depth: networkDepth, width: networkWidth })
    : backend.models.smallNetwork(common)
}
