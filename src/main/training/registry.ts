import { distances } from '../../core/distances'
import { type Loss, losses } from '../../core/losses'
import { incompatibility, minersFor } from '../../core/objective/compatibility'
import { miners } from '../../core/miners'
import { reducers } from '../../core/reducers'
import { regularizers } from '../../core/regularizers'
import { samplers } from '../../core/samplers'
import type { Bilingual } from '../../shared/model/bilingual'
import { describeExtractors } from '../features/extractors'
import type {
  ComponentDescription,
  LossDescription,
  TrainingRegistry,
} from '../../shared/model/training'

/** All that training chooses from, as plain data for the window and the command line. */
export function trainingRegistry(): TrainingRegistry {
  return {
    extractors: describeExtractors(),
    losses: losses.entries.map(describeLoss),
    miners: miners.entries.map(describe),
    distances: distances.entries.map(describe),
    // How many classes and images a batch takes is of the run, not of its sampler.
    samplers: samplers.entries.map((entry) => ({ ...describe(entry), options: [] })),
    reducers: reducers.entries.map(describe),
    regularizers: regularizers.entries.map((entry) => ({
      ...describe(entry),
      options: entry.options.filter(({ name }) => name !== 'weight'),
    })),
  }
}

function describe(entry: ComponentDescription): ComponentDescription {
  const { name, title, description, formula, source, options } = entry
  return { name, title, description, formula, source, options }
}

function describeLoss(loss: Loss): LossDescription {
  const { name, kind, distance, reducer } = loss
  return {
    ...describe(loss),
    suits: loss.takesMiner ? minersFor(loss) : [],
    kind,
    distance,
    distances: loss.distances,
    reducer,
    unsuitable: {
      miners: reasons(
        miners.names,
        (miner) => incompatibility(name, { miner }) ?? notMadeFor(loss, miner),
      ),
      distances: reasons(distances.names, (other) => incompatibility(name, { distance: other })),
      // What a memory wraps decides that.
      reducers:
        loss.wraps !== null
          ? {}
          : reasons(reducers.names, (other) => incompatibility(name, { reducer: other })),
    },
  }
}

function reasons(
  names: readonly string[],
  why: (name: string) => Bilingual | null,
): Readonly<Record<string, Bilingual>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const reason = why(name)
      return reason === null ? [] : [[name, reason]]
    }),
  )
}

/** It would run, but choose what the loss was not made for. */
function notMadeFor(loss: Loss, miner: string): Bilingual | null {
  const suits = minersFor(loss)
  if (suits === null || suits.includes(miner)) return null
  const titles = (language: keyof Bilingual) =>
    suits.map((name) => miners.get(name).title[language]).join(language === 'en' ? ', ' : '、')
  const own = miners.get(miner).title
  return {
    en: `${own.en} chooses what ${loss.title.en} was not made for. Made for it: ${titles('en')}.`,
    'zh-CN': `${own['zh-CN']}所选的样本不适合${loss.title['zh-CN']}。适合的有：${titles('zh-CN')}。`,
  }
}
