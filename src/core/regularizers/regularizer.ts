import type { Bilingual } from '../../shared/model/bilingual'
import type { ComponentDescription } from '../../shared/model/training'
import type { Matrix } from '../math/matrix'
import { describeOptions, numberOption, type OptionSchema } from '../registry/options'

/** A term on the raw embeddings, added to a loss with a weight. */
export interface Regularizer extends ComponentDescription {
  readonly schema: OptionSchema
  /** Value and gradient [n, d] for embeddings [n, d]; no rows give 0. */
  evaluate(embeddings: Matrix): { readonly value: number; readonly gradient: Matrix }
}

export function defineRegularizer(specification: {
  readonly name: string
  readonly title: Bilingual
  readonly description: Bilingual
  readonly formula: string
  readonly source: string
  evaluate(embeddings: Matrix): { readonly value: number; readonly gradient: Matrix }
}): Regularizer {
  const schema = {
    weight: numberOption(
      0.01,
      0,
      1e6,
      'by what the term is multiplied before it is added to the loss',
      '加入损失前的系数',
    ),
  }
  return { ...specification, schema, options: describeOptions(schema) }
}
