import type { EmbeddingModel } from './embeddingModel'
import { createLinearHead, type LinearHeadOptions } from './linearHead'
import type { NetworkOperations } from './networkOperations'
import { createResidualNetwork, type ResidualNetworkOptions } from './graph/residualNetwork'
import { createTunedNetwork, type TunedNetworkOptions } from './graph/tunedNetwork'
import { createSmallNetwork, type SmallNetworkOptions } from './smallNetwork'

/** Makes embedding models where their arithmetic is done: in this thread, or in another process. */
export interface Models {
  linearHead(options: Omit<LinearHeadOptions, 'operations'>): EmbeddingModel
  smallNetwork(options: Omit<SmallNetworkOptions, 'operations'>): EmbeddingModel
  residualNetwork(options: Omit<ResidualNetworkOptions, 'operations'>): EmbeddingModel
  tunedNetwork(options: Omit<TunedNetworkOptions, 'operations'>): EmbeddingModel
}

/** Models whose tensors are in this thread. */
export const modelsOn = (operations: NetworkOperations): Models => ({
  linearHead: (options) => createLinearHead({ ...options, operations }),
  smallNetwork: (options) => createSmallNetwork({ ...options, operations }),
  residualNetwork: (options) => createResidualNetwork({ ...options, operations }),
  tunedNetwork: (options) => createTunedNetwork({ ...options, operations }),
})
