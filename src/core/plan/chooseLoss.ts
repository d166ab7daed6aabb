import {
  type Component,
  type TrainingOptions,
  type TrainingRequest,
  trainingDefaults,
} from '../../shared/model/training'
import { losses } from '../losses'
import { miners } from '../miners'
import { incompatibility, outOfReach, unsuited } from '../objective/compatibility'
import {
  innermostLoss,
  lossesOfClasses,
  type LossOptions,
  lossOfRun,
} from '../objective/lossChoice'
import { readLoss } from '../objective/settings'
import { reducers } from '../reducers'
import { type ComponentChoice, resolveOptions } from '../registry/options'
import { regularizers } from '../regularizers'

/** What is minimised; the choice follows what retrieved best on classes never seen. */
export function chooseRecipe(
  network: TrainingOptions['network'],
  request: TrainingRequest,
): LossOptions {
  const loss = request.loss ?? defaultLoss(network)
  const inner = losses.get(innermostLoss(loss).name)
  const miner = request.miner === undefined ? defaultMiner(inner.name) : request.miner
  const { weight, ...ownOptions } = request.regularizer?.options ?? {}
  const regularizer = request.regularizer ? { ...request.regularizer, options: ownOptions } : null
  const recipe: LossOptions = {
    loss,
    miner,
    distance: request.distance ?? inner.distance,
    addedLosses: request.addedLosses ?? trainingDefaults.addedLosses,
    reducer: chooseReducer(inner.name, request),
    regularizer,
    regularizerWeight:
      request.regularizerWeight ??
      (typeof weight === 'number' ? weight : trainingDefaults.regularizerWeight),
  }
  checkRecipe(recipe)
  return recipe
}

function defaultLoss(network: TrainingOptions['network']): Component {
  const wished = network === 'frozen' ? 'supCon' : 'multiSimilarity'
  if (losses.has(wished)) return { name: wished, options: {} }
  return { name: 'triplet', options: {} }
}

function defaultMiner(loss: string): Component | null {
  const { takesMiner, minedBy, madeFor } = losses.get(loss)
  if (!takesMiner || minedBy === null || madeFor?.includes(minedBy) === false) return null
  const miner = miners.entries.find(({ selects }) => selects === minedBy)
  return miner === undefined ? null : { name: miner.name, options: {} }
}

function chooseReducer(loss: string, { reducer }: TrainingRequest): string | null {
  if (reducer === undefined) return losses.get(loss).reducer
  const reason = incompatibility(loss, { reducer: reducers.get(reducer).name })
  if (reason !== null) throw unsuited(reason, { loss, reducer })
  return reducer
}

/** @throws AppError invalidInput for names, options and pairs that do not go together */
function checkRecipe(recipe: LossOptions): void {
  const { loss, regularizer } = lossOfRun(recipe)
  const terms: readonly ComponentChoice[] = 'name' in loss ? [loss] : loss
  for (const term of terms) {
    const settings = readLoss(term)
    resolveOptions(settings.loss.schema, settings.options, `loss ${settings.loss.name}`)
    if (settings.miner !== null) {
      const { schema, name } = settings.miner.miner
      resolveOptions(schema, settings.miner.options, `miner ${name}`)
    }
  }
  if (regularizer === null) return
  const { schema, name } = regularizers.get(regularizer.name)
  resolveOptions(schema, regularizer.options ?? {}, `regularizer ${name}`)
}

/**
 * @throws AppError invalidInput where a loss would push nothing apart; its details say why in both
 *   languages
 */
export function checkReach(options: TrainingOptions): void {
  const { loss } = lossOfRun(options)
  const terms: readonly ComponentChoice[] = 'name' in loss ? [loss] : loss
  for (const term of terms) {
    const settings = readLoss(term)
    const reason = outOfReach(settings.loss, settings, options.embeddingSize)
    if (reason !== null) throw unsuited(reason)
  }
}

/** Where nothing is known of the classes yet, the means of their images say nothing either. */
export function chooseProxyStart(
  network: TrainingOptions['network'],
  start: TrainingOptions['start'],
  recipe: LossOptions,
  { proxyStart }: TrainingRequest,
): Pick<TrainingOptions, 'proxyStart'> {
  const ofClasses = lossesOfClasses(recipe)
  if (ofClasses.length === 0) return {}
  const knowsClasses = network === 'frozen' && start !== 'random'
  const isBetter = knowsClasses && ofClasses.every(({ startsAtMeans }) => startsAtMeans)
  return { proxyStart: proxyStart ?? (isBetter ? 'classMeans' : 'random') }
}
