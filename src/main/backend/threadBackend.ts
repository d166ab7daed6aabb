import { modelsOn, type NetworkOperations } from '../../core/network'
import type { Backend } from './backend'
import { findFrozenWeights, loadFrozenExtractor } from './frozenExtractor'
import { tensorProduct } from './tensorProduct'

/** What a backend does whose tensors are in this thread. */
export const inThisThread = (
  operations: NetworkOperations,
  projectFolder: string,
): Pick<Backend, 'models' | 'product' | 'loadExtractor'> => ({
  models: modelsOn(operations),
  product: tensorProduct,
  loadExtractor: (taps) =>
    loadFrozenExtractor({ weightsFolder: findFrozenWeights(projectFolder), taps }),
})
