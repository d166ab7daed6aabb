import type { EmbeddingModel } from '../network'
import { outputSizeOf, type Preparation } from '../starts/preparation'
import { headDropout } from './headStart'
import type { TrainingContext } from './surroundings'

/** What a head is made with. */
export interface HeadContext extends Pick<TrainingContext, 'random'> {
  readonly options: Pick<TrainingContext['options'], 'start' | 'embeddingSize'>
  readonly backend: Pick<TrainingContext['backend'], 'models'>
}

/** A head on prepared features; where they are a closed form, it starts by leaving them as they are. */
export function createHead(
  { options, random, backend }: HeadContext,
  preparation: Preparation,
  name: string,
): EmbeddingModel {
  const inputSize = outputSizeOf(preparation)
  const isClosedForm = options.start !== 'random'
  const embeddingSize = isClosedForm ? inputSize : options.embeddingSize
  const identity = new Float32Array(isClosedForm ? inputSize * inputSize : 0)
  if (isClosedForm) for (let i = 0; i < inputSize; i++) identity[i * inputSize + i] = 1
  return backend.models.linearHead({
    inputSize,
    embeddingSize,
    ...(isClosedForm ? { start: { mean: new Float32Array(inputSize), projection: identity } } : {}),
    random: random.fork(name),
    dropout: isClosedForm ? headDropout : 0,
  })
}
