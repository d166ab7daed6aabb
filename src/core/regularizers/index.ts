import { createRegistry } from '../registry/registry'
import { centerInvariant } from './centerInvariant'
import { l2Norm } from './l2Norm'
import { zeroMean } from './zeroMean'

/** Every regularizer, by name. */
export const regularizers = createRegistry('regularizer', [l2Norm, centerInvariant, zeroMean])
