import { extractorOfEarlierRuns, type TunedPart } from '../../shared/model/extractor'
import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'
import { lossesOfClasses } from '../objective/lossChoice'

/**
 * The request that says all that was decided of a run: on the same images it gives the same options,
 * and on the same backend the same numbers.
 * @param backend what the run ran on, where the options left it open
 */
export function requestOfRun(
  options: TrainingOptions,
  backend: TrainingOptions['backend'] = options.backend,
): TrainingRequest {
  const { stepsPerEpoch: _, candidates: __, tuned, ...planned } = options
  const { maxSteps, maxMinutes, reducer, addedLosses, ...rest } = planned
  const { splitBy = 'shuffle', unseenLabels, ...chosen } = rest
  return {
    ...chosen,
    ...(options.network === 'frozen'
      ? { extractor: options.extractor ?? extractorOfEarlierRuns }
      : {}),
    ...(lossesOfClasses(options).length > 0 ? { proxyStart: options.proxyStart ?? 'random' } : {}),
    ...(tuned === undefined ? {} : { trainedPart: partName(tuned) }),
    backend,
    addedLosses: [...addedLosses],
    splitBy,
    ...(unseenLabels === undefined ? {} : { unseenLabels: [...unseenLabels] }),
    ...(maxSteps === null ? {} : { steps: maxSteps }),
    ...(maxMinutes === null ? {} : { minutes: maxMinutes }),
    ...(reducer === null ? {} : { reducer }),
  }
}

const partName = ({ blocks, multiplyAdds }: TunedPart): string =>
  multiplyAdds === 0 ? 'all' : `last:${blocks}`
