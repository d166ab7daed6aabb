import type { TrainingOptions } from '../../shared/model/training'
import { type SamplerContext, samplers, type SamplerState } from '../samplers'
import { samplerOf } from './samplerFit'

export interface Batches {
  /** Images of a batch. */
  readonly size: number
  /** Whether some class has fewer images than a batch takes of it. */
  readonly hasSmallClasses: boolean
  /** Places in the list of training rows. */
  next(): Uint32Array
  state(): SamplerState
  restore(state: SamplerState): void
}

/** Batches of about P x K images without end, as the sampler of the options draws them. */
export function createBatches(
  context: SamplerContext & { readonly labels: Int32Array },
  options: Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass' | 'sampler'>,
): Batches {
  const sizes = new Map<number, number>()
  for (const label of context.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const usable = [...sizes.values()].filter((size) => size >= 2)
  const classesPerBatch = Math.min(options.classesPerBatch, usable.length)
  const { imagesPerClass } = options
  const definition = samplers.get(samplerOf(options))
  const sampler = definition.start(context, { classesPerBatch, imagesPerClass })
  return {
    size: classesPerBatch * imagesPerClass,
    hasSmallClasses: definition.fillsClasses && usable.some((size) => size < imagesPerClass),
    next: () => sampler.next().images,
    state: () => sampler.state(),
    restore: (state) => sampler.restore(state),
  }
}
