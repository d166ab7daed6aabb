import type { TrainingOptions } from '../../shared/model/training'
import { epochSearch, isOpenEnd } from '../loop/schedule'
import { addAmounts, type StageWork, timesAmounts } from '../work/work'
import { startWork } from '../work/workAmounts'
import { choiceWork, inputsWork, measuredWork, type RunCounts, workOfRun } from '../plan/workOfRun'

/** As the runs are trained: the start is chosen once for all. */
const chosen = (options: TrainingOptions): TrainingOptions =>
  options.start === 'auto' ? { ...options, start: 'whitening' } : options

const trainRows = ({ trainSizes }: RunCounts): number => trainSizes.reduce((a, b) => a + b, 0)

/** The work that a sweep does once for all its runs, stage after stage. */
export function sharedStages(options: TrainingOptions, counts: RunCounts): readonly StageWork[] {
  const isHead = options.network === 'frozen'
  return [
    { stage: 'preparing', amounts: { starting: 1 } },
    { stage: 'features', amounts: inputsWork(options, counts) },
    {
      stage: 'baselines',
      amounts: addAmounts(
        isHead && options.start === 'auto' ? choiceWork(options, counts) : {},
        isHead ? startWork(trainRows(counts), chosen(options), counts.featureSize) : {},
        measuredWork(options, counts, 'features'),
        isHead ? measuredWork(options, counts, 'model') : {},
      ),
    },
  ]
}

/**
 * The work of one run of a sweep. Starts are fitted once a seed; that of the first seed on all
 * training rows is one of the baselines.
 */
export function workOfRow(
  given: TrainingOptions,
  counts: RunCounts,
  {
    isFirstOfSeed,
    isFirstSeed,
  }: { readonly isFirstOfSeed: boolean; readonly isFirstSeed: boolean },
): Omit<StageWork, 'stage'> {
  const options = chosen(given)
  const ofRun = workOfRun(options, counts)
    .filter(({ stage }) => stage === 'baseline' || stage === 'training')
    .map(({ amounts }) => amounts)
  const known: number[] = []
  if (options.network === 'frozen') {
    const train = trainRows(counts)
    if (!isFirstOfSeed || isFirstSeed) known.push(train)
    if (!isFirstOfSeed && !isOpenEnd(options)) known.push(train * (1 - epochSearch.share))
  }
  const { maxMinutes } = options
  // A head is trained twice, once to find the epoch.
  const trainings = options.network === 'frozen' && !isOpenEnd(options) ? 2 : 1
  return {
    amounts: addAmounts(
      ...ofRun,
      measuredWork(options, counts, 'model'),
      ...known.map((rows) => timesAmounts(-1, startWork(rows, options, counts.featureSize))),
    ),
    ...(maxMinutes === null ? {} : { limitSeconds: trainings * maxMinutes * 60 }),
  }
}
