import { featuresName } from '../../core/plan/features'
import { AppError } from '../../shared/errors'
import type { ExtractorLayer } from '../../shared/model/extractor'
import { isOwnId } from '../../shared/model/ownNetwork'
import type { ModelInput } from '../runs/modelFiles'
import { extractors } from './extractors'
import type { Extractor } from './extractors/extractor'
import { mapAt } from './networkMaps'
import { hashOfEarlierRuns } from './featureKeys'

type MapInput = Extract<ModelInput, { kind: 'maps' }>
type FeatureInput = Extract<ModelInput, { kind: 'features' }>

/** What a model says of the features it was trained on. */
export const inputOfFeatures = (
  { id, contentHash, placed }: Pick<Extractor, 'id' | 'contentHash' | 'placed'>,
  layers: readonly ExtractorLayer[],
): FeatureInput => ({
  kind: 'features',
  extractor: `${id}/${featuresName(layers)}`,
  contentHash,
  ...(placed === undefined ? {} : { network: placed }),
})

/**
 * The network and layers that a saved model takes; one of an earlier version names no weights.
 * @throws AppError modelUnreadable where this network is not here, or has other weights
 */
export function featuresOfModel({
  extractor: wanted,
  contentHash = hashOfEarlierRuns,
  network,
}: FeatureInput): { readonly extractor: string; readonly features: string } {
  const at = wanted.indexOf('/')
  const [id, features] = [wanted.slice(0, at), wanted.slice(at + 1)]
  requireNetwork(id, { wanted, contentHash, network })
  return { extractor: id, features }
}

/**
 * The map of a network that a tuned model takes.
 * @throws AppError modelUnreadable as `featuresOfModel`, and where the network has no such map
 */
export function mapOfModel({ extractor, contentHash, place }: MapInput): {
  readonly extractor: string
  readonly place: string
} {
  mapAt(requireNetwork(extractor, { wanted: `${extractor} at ${place}`, contentHash }), place)
  return { extractor, place }
}

function requireNetwork(
  id: string,
  {
    wanted,
    contentHash,
    network,
  }: {
    readonly wanted: string
    readonly contentHash: string
    readonly network?: FeatureInput['network']
  },
): Extractor {
  const found = extractors.find((extractor) => extractor.id === id)
  if (found === undefined && isOwnId(id)) {
    throw new AppError(
      'modelUnreadable',
      `The model needs features of a network of your own, ${network?.network.title ?? id}. Name its file with --network-file.`,
      { extractor: wanted },
    )
  }
  if (found === undefined) {
    const known = extractors.map((extractor) => extractor.id).join(', ')
    throw new AppError(
      'modelUnreadable',
      `The model needs features of ${wanted}, and that pretrained network is not in this program, which has ${known}. Use the program that trained the model, or train again.`,
      { extractor: wanted },
    )
  }
  if (found.contentHash === contentHash) return found
  throw new AppError(
    'modelUnreadable',
    `The model needs features of ${wanted} with weights ${contentHash.slice(0, 12)}, and ${id} has the weights ${found.contentHash.slice(0, 12)} in this program: its embeddings would mean nothing. Use the program that trained the model, or train again.`,
    { extractor: wanted },
  )
}
