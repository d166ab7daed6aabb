import { distances } from '../../core/distances'
import { losses } from '../../core/losses'
import { miners } from '../../core/miners'
import type { ComponentDescription, TrainingRegistry } from '../../shared/model/training'

/** Losses, miners and distances as plain data for the window and the command line. */
export function trainingRegistry(): TrainingRegistry {
  return {
    losses: losses.entries.map((loss) => ({
      ...describe(loss),
      suits: loss.takesMiner ? loss.suits : [],
    })),
    miners: miners.entries.map(describe),
    distances: distances.entries.map(describe),
  }
}

function describe(entry: ComponentDescription): ComponentDescription {
  const { name, title, description, formula, source, options, suits } = entry
  return { name, title, description, formula, source, options, suits }
}
