import { createRegistry } from '../registry/registry'
import { contrastive } from './contrastive'
import { crossBatchMemory } from './crossBatchMemory'
import { triplet } from './triplet'

/** Every loss, by name. A new loss needs its file and its line here, and nothing else. */
export const losses = createRegistry('loss', [triplet, contrastive, crossBatchMemory])

export type { Loss, LossContext, LossParameter, LossResult, ParameterValues } from './loss'
export { noIndex, type LossElements } from './elements'
export { LossMemory, type QueueSnapshot } from './memory'
export { tupleCount, type MinedTuples, type Pairs, type Triplets } from './tuples'
