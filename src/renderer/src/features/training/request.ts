import type { TrainingRequest } from '../../../../shared/model/training'

/** The request with one field set; `undefined` gives the choice back to the plan. */
export function withField<Field extends keyof TrainingRequest>(
  request: TrainingRequest,
  field: Field,
  value: TrainingRequest[Field] | undefined,
): TrainingRequest {
  const next: TrainingRequest = { ...request }
  if (value === undefined) delete next[field]
  else next[field] = value
  return next
}
