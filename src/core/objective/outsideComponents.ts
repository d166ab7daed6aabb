import type { OutsideComponent } from '../../shared/model/outsideComponent'
import type { Component, TrainingOptions } from '../../shared/model/training'
import { losses } from '../losses'
import { miners } from '../miners'
import { innermostLoss } from './lossChoice'

/** Those that a run uses, by kind and name. */
export function outsideComponents(run: {
  readonly loss?: Component | undefined
  readonly addedLosses?: TrainingOptions['addedLosses'] | undefined
  readonly miner?: Component | null | undefined
}): readonly OutsideComponent[] {
  const { loss, addedLosses = [], miner } = run
  const named = [...(loss === undefined ? [] : [loss]), ...addedLosses]
    .flatMap((one) => [one.name, innermostLoss(one).name])
    .map((name) => ({ kind: 'loss', name, registry: losses }) as const)
  const all = [
    ...named,
    ...(miner === undefined || miner === null
      ? []
      : [{ kind: 'miner', name: miner.name, registry: miners } as const]),
  ]
  const found = new Map<string, OutsideComponent>()
  for (const { kind, name, registry } of all) {
    const version = registry.has(name) ? registry.get(name).version : null
    if (version !== null) found.set(`${kind} ${name}`, { kind, name, version })
  }
  return [...found.values()].sort((a, b) =>
    `${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1,
  )
}
