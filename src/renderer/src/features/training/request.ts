import type { Component, TrainingRequest } from '../../../../shared/model/training'

/** What to change; `undefined` gives a choice back to the plan. */
export type RequestChanges = {
  readonly [Field in keyof TrainingRequest]?: TrainingRequest[Field] | undefined
}

/** The request with these fields set. */
export function withChanges(request: TrainingRequest, changes: RequestChanges): TrainingRequest {
  const all: Record<string, unknown> = { ...request, ...changes }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** The options of a loss or miner with one given back to its default. */
export function withoutOption(options: Component['options'], name: string): Component['options'] {
  return Object.fromEntries(Object.entries(options).filter(([other]) => other !== name))
}
