import type { TrainingOptions } from '../../shared/model/training'
import type { Random } from '../math/random'
import { samplers, type SamplerState } from '../samplers'

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

/** P classes x K images, without end. */
export function createBatches(
  labels: Int32Array,
  options: Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass'>,
  random: Random,
): Batches {
  const sizes = new Map<number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const usable = [...sizes.values()].filter((size) => size >= 2)
  const classesPerBatch = Math.min(options.classesPerBatch, usable.length)
  const { imagesPerClass } = options
  const sampler = samplers
    .get('classesTimesImages')
    .start({ labels, random }, { classesPerBatch, imagesPerClass })
  return {
    size: classesPerBatch * imagesPerClass,
    hasSmallClasses: usable.some((size) => size < imagesPerClass),
    next: () => sampler.next().images,
    state: () => sampler.state(),
    restore: (state) => sampler.restore(state),
  }
}
