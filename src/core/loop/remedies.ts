import type {
  Component,
  TrainingOptions,
  TrainingRemedy,
  TrainingTrouble,
} from '../../shared/model/training'
import { losses } from '../losses'
import { miners } from '../miners'
import { innermostLoss } from '../objective/lossChoice'

/** What remedies change of a run. */
export interface Recipe {
  readonly loss: Component
  readonly miner: Component | null
  /** The learning rate is multiplied by it. */
  readonly rateFactor: number
}

/** Semi-hard in place of a miner of the hardest; null where that is no choice. */
export function gentleMiner({ loss, miner }: Pick<Recipe, 'loss' | 'miner'>): Component | null {
  if (miner === null || !miners.get(miner.name).takesHardest) return null
  const gentle = miners.entries.find(({ selects }) => selects === 'semiHardTriplets')
  const { kind, takesMiner, madeFor } = losses.get(innermostLoss(loss).name)
  if (gentle === undefined || kind !== 'triplets' || !takesMiner) return null
  if (madeFor?.includes(gentle.selects) === false) return null
  const { distance } = miner.options
  return { name: gentle.name, options: distance === undefined ? {} : { distance } }
}

/** A tenth of the rate and less is no remedy any more. */
const leastRateFactor = 0.01
const lowering = 0.3

/**
 * What helps against a trouble, mildest first; null where everything was tried. A collapse comes
 * from the hardest negatives (Schroff, Kalenichenko, Philbin 2015); a loss that rests at its margin
 * still has a slope when the margin is soft (Hermans, Beyer, Leibe 2017).
 */
export function remedyFor(
  trouble: TrainingTrouble,
  recipe: Recipe,
): { readonly remedy: TrainingRemedy; readonly recipe: Recipe } | null {
  const soft = trouble === 'deadMargin' ? softened(recipe.loss) : null
  if (soft !== null) return { remedy: 'softMargin', recipe: { ...recipe, loss: soft } }
  const gentle = trouble === 'notANumber' ? null : gentleMiner(recipe)
  if (gentle !== null) return { remedy: 'semiHard', recipe: { ...recipe, miner: gentle } }
  const rateFactor = recipe.rateFactor * lowering
  if (rateFactor < leastRateFactor) return null
  return { remedy: 'lowerLearningRate', recipe: { ...recipe, rateFactor } }
}

export const recipeOf = ({ loss, miner }: TrainingOptions): Recipe => ({
  loss,
  miner,
  rateFactor: 1,
})

/** The loss with a soft margin; null where it has none or is soft already. */
function softened(loss: Component): Component | null {
  const { name, options } = innermostLoss(loss)
  const schema = losses.get(name).schema
  if (schema['soft']?.kind !== 'boolean' || options['soft'] === true) return null
  return { ...loss, options: { ...loss.options, soft: true } }
}
