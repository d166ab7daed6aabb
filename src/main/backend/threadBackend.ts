import { modelsOn, type NetworkOperations } from '../../core/network'
import type { Backend } from './backend'
import { loadPictureGraph } from './pictureGraph'
import { tensorProduct } from './tensorProduct'

/** What a backend does whose tensors are in this thread. */
export const inThisThread = (
  operations: NetworkOperations,
): Pick<Backend, 'models' | 'product' | 'loadGraph'> => ({
  models: modelsOn(operations),
  product: tensorProduct,
  loadGraph: loadPictureGraph,
})
