import { AppError } from '../../shared/errors'
import type { DatasetId } from '../../shared/model/ids'
import type { ComparisonService } from '../comparison/comparisonService'
import type { DatasetService } from '../dataset/datasetService'
import type { SweepService } from '../sweep/sweepService'
import type { TrainingService } from '../training/trainingService'
import type { ImportJobs } from './importJobs'
import type { JobBoard } from './jobBoard'
import type { TrainingQueue } from './trainingQueue'
import type { Turn } from './turn'

export interface ForgetOptions {
  readonly dataset: Pick<DatasetService, 'forget' | 'nameOf'>
  readonly imports: Pick<ImportJobs, 'endOf'>
  readonly queue: Pick<TrainingQueue, 'endOf'>
  readonly training: Pick<TrainingService, 'endOf'>
  readonly sweep: Pick<SweepService, 'forget'>
  readonly comparison: Pick<ComparisonService, 'endOf'>
  readonly jobs: JobBoard
  readonly turn: Pick<Turn, 'holder'>
  readonly forgetFeatures: (sha256: readonly string[]) => Promise<void>
}

/**
 * Forgets a dataset with all that hangs on it: labels, runs, sweeps, and the features and
 * thumbnails that no other dataset uses. The person's folder is not touched.
 * @param endsWork whether to end what runs or waits on it
 * @throws AppError datasetBusy where something does and it is not to be ended
 */
export function createForget(
  options: ForgetOptions,
): (input: { readonly datasetId: DatasetId; readonly endsWork?: boolean }) => Promise<void> {
  const { dataset, jobs } = options
  return async ({ datasetId, endsWork = false }) => {
    const active = jobs.list().filter(
      (job) =>
        job.datasetId === datasetId &&
        // Measuring begins by itself, so that nobody is asked about its end.
        job.kind !== 'comparison' &&
        ['waiting', 'running', 'paused'].includes(job.phase),
    )
    // A training that has just begun is not on the board yet.
    const isTraining = options.turn.holder()?.datasetId === datasetId
    if ((active.length > 0 || isTraining) && !endsWork) {
      const name = dataset.nameOf(datasetId)
      throw new AppError(
        'datasetBusy',
        `Something of “${name}” is running. Cancel it first, or forget it with what runs.`,
        { dataset: name },
      )
    }
    options.queue.endOf(datasetId)
    await options.imports.endOf(datasetId)
    await options.training.endOf({ datasetId })
    await options.sweep.forget({ datasetId })
    await options.comparison.endOf({ datasetId })
    await jobs.endOf(datasetId)
    jobs.forget(datasetId)
    await options.forgetFeatures(await dataset.forget({ datasetId }))
  }
}
