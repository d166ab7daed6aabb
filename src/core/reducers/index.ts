import { createRegistry } from '../registry/registry'
import { avgNonZero } from './avgNonZero'
import { classWeighted } from './classWeighted'
import { mean } from './mean'
import { sum } from './sum'

/** Every reducer, by name. */
export const reducers = createRegistry('reducer', [mean, sum, avgNonZero, classWeighted])

export type { Reducer } from './reducer'
