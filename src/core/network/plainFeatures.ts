import { checkBatch, type EmbeddingModel } from './embeddingModel'
import { type SavedModel, unreadable } from './savedModel'

/** Features as they are, saved as a model: where nothing that was learned is better. */
export const savedFeatures = (size: number): SavedModel => ({
  kind: 'features',
  inputShape: [size],
  embeddingSize: size,
  step: 0,
  dropout: 0,
  tensors: [],
})

function nothingToTrain(): never {
  throw new Error('Plain features have nothing to train')
}

/** The model whose embeddings are its input. It cannot be trained. */
export function createPlainFeatures(size: number): EmbeddingModel {
  const model: EmbeddingModel = {
    kind: 'features',
    inputShape: [size],
    embeddingSize: size,
    steps: 0,
    embed(batch, rows) {
      checkBatch(model, batch, rows)
      return batch.slice()
    },
    beginStep: nothingToTrain,
    trainStep: nothingToTrain,
    snapshot: () => savedFeatures(size),
    restore(saved) {
      if (saved.kind !== 'features' || saved.tensors.length > 0) {
        throw unreadable('it is not plain features')
      }
    },
    weights: () => [],
    assignWeights() {},
    dispose() {},
  }
  return model
}
