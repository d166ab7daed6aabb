import type { Random } from '../../../core/math/random'
import {
  checkBatch,
  type EmbeddingModel,
  endStep,
  type Models,
  type SavedModel,
} from '../../../core/network'
import type { RemoteId } from './calls'
import type { NativeCaller } from './caller'

/** Models whose tensors are in the process of the native library. */
export function remoteModels({ call }: Pick<NativeCaller, 'call'>, newId: () => RemoteId): Models {
  return {
    linearHead({ inputSize, embeddingSize, start, random, dropout = 0 }) {
      const id = newId()
      call('linearHead', {
        id,
        inputSize,
        embeddingSize,
        start: start ?? null,
        random: stateOf(random),
        dropout,
      })
      return remoteModel(call, { id, kind: 'head', inputShape: [inputSize], embeddingSize })
    },
    smallNetwork({ imageSizePx, embeddingSize, random }) {
      const id = newId()
      call('smallNetwork', { id, imageSizePx, embeddingSize, random: stateOf(random) })
      const inputShape = [imageSizePx, imageSizePx, 3]
      return remoteModel(call, { id, kind: 'small', inputShape, embeddingSize })
    },
    residualNetwork({ random, ...options }) {
      const id = newId()
      call('residualNetwork', { id, ...options, random: stateOf(random) })
      const { imageSizePx, embeddingSize } = options
      const inputShape = [imageSizePx, imageSizePx, 3]
      return remoteModel(call, { id, kind: 'residual', inputShape, embeddingSize })
    },
    tunedNetwork({ random, ...options }) {
      const id = newId()
      call('tunedNetwork', { id, ...options, random: stateOf(random) })
      const { inputShape, embeddingSize } = options
      return remoteModel(call, { id, kind: 'tuned', inputShape, embeddingSize })
    },
  }
}

/** Models only fork the chance they are given: its state stands for it. */
const stateOf = (random: Random): readonly number[] => random.state()

function remoteModel(
  call: NativeCaller['call'],
  {
    id,
    ...form
  }: Pick<EmbeddingModel, 'kind' | 'inputShape' | 'embeddingSize'> & { readonly id: RemoteId },
): EmbeddingModel {
  let steps = 0
  const model: EmbeddingModel = {
    ...form,
    get steps() {
      return steps
    },
    embed(batch, rows) {
      checkBatch(model, batch, rows)
      return call('embed', { id, batch, rows })
    },
    beginStep(batch, rows) {
      checkBatch(model, batch, rows)
      return {
        embeddings: call('beginStep', { id, batch, rows }),
        end(gradient, settings) {
          call('endStep', { id, gradient, settings })
          if (gradient !== null) steps++
        },
      }
    },
    trainStep: (batch, rows, lossOfEmbeddings, settings) =>
      endStep(model.beginStep(batch, rows), lossOfEmbeddings, settings),
    snapshot: () => call('snapshot', { id }),
    restore(saved: SavedModel) {
      call('restore', { id, saved })
      steps = saved.step
    },
    weights: () => call('weights', { id }),
    assignWeights: (weights) => call('assignWeights', { id, weights }),
    dispose: () => call('dispose', { id }),
  }
  return model
}
