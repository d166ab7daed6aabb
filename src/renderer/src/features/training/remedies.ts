import type {
  TrainingOptions,
  TrainingRemedy,
  TrainingRequest,
} from '../../../../shared/model/training'
import { withChanges } from './request'

/** As strongly as a remedy during training lowers it. */
const lowering = 0.3
/** Where neither the run nor its search says what the rate was. */
const carefulRate = 1e-4

/**
 * What trains again as a run did, with the remedy it did not apply itself.
 * @param request what is chosen at present and stays
 * @param foundRate what a search for the learning rate found; null without one
 */
export function requestWithRemedy(
  request: TrainingRequest,
  { network, loss, miner, distance, learningRate }: TrainingOptions,
  remedy: TrainingRemedy,
  foundRate: number | null,
): TrainingRequest {
  const again = withChanges(request, { network, loss, miner, distance })
  switch (remedy) {
    case 'semiHard':
      return withChanges(again, { miner: { name: 'semiHard', options: {} } })
    case 'softMargin':
      return withChanges(again, {
        loss: { name: loss.name, options: { ...loss.options, soft: true } },
      })
    case 'lowerLearningRate': {
      const rate = learningRate === 'find' ? foundRate : learningRate
      const lowered = rate === null ? carefulRate : Number((rate * lowering).toPrecision(3))
      return withChanges(again, { learningRate: lowered })
    }
  }
}
