import { createRegistry } from '../registry/registry'
import { classBalanced } from './classBalanced'
import { classesTimesImages } from './classesTimesImages'
import { hardClasses } from './hardClasses'
import { uniform } from './uniform'

/** Every sampler, by name. */
export const samplers = createRegistry('sampler', [
  classesTimesImages,
  classBalanced,
  hardClasses,
  uniform,
])

export { Sampler } from './sampler'
export type { SampledBatch, SamplerContext, SamplerDefinition, SamplerState } from './sampler'
