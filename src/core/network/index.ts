export type { BegunStep, EmbeddingModel, LossOfEmbeddings, StepSettings } from './embeddingModel'
export type { Adam, NetworkOperations, Parameter, Pooling } from './networkOperations'
export { checkBatch } from './embeddingModel'
export { endStep } from './gradientStep'
export { createLinearHead, type LinearHeadOptions } from './linearHead'
export { type Models, modelsOn } from './models'
export { plainOperations } from './plainOperations'
export { createPlainFeatures, savedFeatures } from './plainFeatures'
export { restoreModel } from './restoreModel'
export {
  deserializeModel,
  type ModelManifest,
  type SavedModel,
  type SavedTensor,
  serializeModel,
} from './savedModel'
export { createSmallNetwork, type SmallNetworkOptions } from './smallNetwork'
