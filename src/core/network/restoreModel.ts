import { createRandom, type Random } from '../math/random'
import type { EmbeddingModel } from './embeddingModel'
import { nodesBetween } from './graph/graphNodes'
import { createPlainFeatures } from './plainFeatures'
import type { Models } from './models'
import { type SavedModel, unreadable } from './savedModel'

/** A model as it was when saved; AppError `modelUnreadable` where the parts do not fit. */
export function restoreModel(saved: SavedModel, models: Models): EmbeddingModel {
  const model = createLike(saved, models)
  try {
    model.restore(saved)
  } catch (error) {
    model.dispose()
    throw error
  }
  return model
}

function createLike(saved: SavedModel, models: Models): EmbeddingModel {
  const { kind, inputShape, embeddingSize, dropout } = saved
  const [size] = inputShape
  if (size === undefined) throw unreadable('the shape of its input is missing')
  // Chance serves only the start weights, which are replaced, and dropout, which may start anew.
  const random = createRandom(`restored at step ${saved.step}`)
  if (kind === 'features') {
    if (embeddingSize !== size) throw unreadable('its embeddings are not as long as its features')
    return createPlainFeatures(size)
  }
  if (kind === 'head') {
    return models.linearHead({ inputSize: size, embeddingSize, random, dropout })
  }
  if (kind === 'tuned') return createTuned(saved, models, random)
  const isSquare = inputShape.length === 3 && inputShape[1] === size && inputShape[2] === 3
  if (size < 16 || !isSquare) throw unreadable('its pictures are too small')
  if (kind === 'small') return models.smallNetwork({ imageSizePx: size, embeddingSize, random })
  if (saved.residual === undefined) throw unreadable('it does not say how deep and wide it is')
  return models.residualNetwork({ imageSizePx: size, embeddingSize, ...saved.residual, random })
}

function createTuned(saved: SavedModel, models: Models, random: Random): EmbeddingModel {
  const { structure, inputShape, embeddingSize, tensors } = saved
  const [height, width, channels] = inputShape
  if (structure === undefined) throw unreadable('it does not say what was tuned')
  if (height === undefined || width === undefined || channels === undefined) {
    throw unreadable('the shape of its input is not that of a map')
  }
  const prefix = 'network/'
  const weights = tensors
    .filter(({ name }) => name.startsWith(prefix))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }))
  try {
    nodesBetween(
      structure.nodes,
      structure.from,
      structure.taps.map(({ node }) => node),
    )
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error))
  }
  return models.tunedNetwork({
    structure,
    inputShape: [height, width, channels],
    weights,
    embeddingSize,
    networkRate: 1,
    random,
  })
}
