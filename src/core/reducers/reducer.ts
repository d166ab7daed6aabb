import type { Bilingual } from '../../shared/model/bilingual'
import type { ComponentDescription } from '../../shared/model/training'

/** By what the weighted sum of the elements is divided. */
export type Divisor = 'one' | 'count' | 'activeCount'

/**
 * How per-element values become one number: sum of weight * element over those that count,
 * divided. An empty list of elements gives 0.
 */
export interface Reducer extends ComponentDescription {
  /** Only elements > 0 count, in the sum and in `activeCount`. */
  readonly onlyActive: boolean
  /** Each element is weighted by the weight of its anchor's label. */
  readonly usesClassWeights: boolean
  readonly divisor: Divisor
}

export function defineReducer(specification: {
  readonly name: string
  readonly title: Bilingual
  readonly description: Bilingual
  readonly formula: string
  readonly onlyActive?: boolean
  readonly usesClassWeights?: boolean
  readonly divisor: Divisor
}): Reducer {
  return {
    source: 'Musgrave, Belongie, Lim 2020',
    options: [],
    onlyActive: false,
    usesClassWeights: false,
    ...specification,
  }
}
