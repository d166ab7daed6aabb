import type { PlacedNetwork } from '../../../shared/model/ownNetwork'
import { extractors, forgetExtractor, registerExtractor } from '../extractors'
import { ownExtractor } from './ownExtractor'

/** Puts a person's own networks among the pretrained ones of this thread; one may have moved. */
export function registerNetworks(networks: readonly PlacedNetwork[]): void {
  for (const placed of networks) {
    forgetExtractor(placed.network.id)
    registerExtractor(ownExtractor(placed))
  }
}

/** A person's own networks that this thread knows. */
export const registeredNetworks = (): readonly PlacedNetwork[] =>
  extractors.flatMap(({ placed }) => placed ?? [])
