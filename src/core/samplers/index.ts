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

export type { SamplerContext, SamplerState } from './sampler'
