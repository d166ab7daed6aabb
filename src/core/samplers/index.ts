import { createRegistry } from '../registry/registry'
import { classesTimesImages } from './classesTimesImages'

/** Every sampler, by name. */
export const samplers = createRegistry('sampler', [classesTimesImages])

export { Sampler } from './sampler'
export type { SampledBatch, SamplerContext, SamplerDefinition, SamplerState } from './sampler'
