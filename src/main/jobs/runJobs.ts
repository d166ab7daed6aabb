import { AppError, type ErrorCode } from '../../shared/errors'
import type { DatasetId, RunId } from '../../shared/model/ids'
import type { ProjectionState } from '../../shared/model/projection'
import type { TrainingState } from '../../shared/model/training'
import type { SweepState } from '../../shared/model/sweep'
import { type Clock, type JobBoard, type JobHandle, systemClock } from './jobBoard'

/** Shows the states of training runs on the board. */
export function trackTraining(
  jobs: JobBoard,
  nameOf: (datasetId: DatasetId) => string,
  cancel: (runId: RunId) => void,
): (state: TrainingState) => void {
  const open = new Map<RunId, JobHandle>()
  return ({ datasetId, run, stage, stageDone, stageTotal, remainingMs, error }) => {
    const isOpen = run.status === 'running' || run.status === 'paused'
    let job = open.get(run.id)
    if (job === undefined) {
      if (!isOpen) return
      job = jobs.start({
        kind: 'training',
        subject: nameOf(datasetId),
        datasetId,
        cancel: () => cancel(run.id),
      })
      open.set(run.id, job)
    }
    switch (run.status) {
      case 'running':
        job.resumed()
        if ((stage === 'baseline' || stage === 'saving') && stageTotal > 0) {
          return job.progress(stageDone / stageTotal, 1, remainingMs)
        }
        return job.progress(stageDone, stageTotal, remainingMs)
      case 'paused':
        return job.paused()
      case 'finished':
        job.finished()
        break
      case 'cancelled':
        job.cancelled()
        break
      case 'failed':
      case 'interrupted':
        job.failed(failureOf(error, run.status))
    }
    open.delete(run.id)
  }
}

/** Shows the states of sweeps on the board: how many runs have ended. */
export function trackSweep(
  jobs: JobBoard,
  nameOf: (datasetId: DatasetId) => string,
  cancel: (state: SweepState) => void,
): (state: SweepState) => void {
  let job: JobHandle | null = null
  return (state) => {
    const { status, rows, remainingMs, error } = state
    if (status === 'running') {
      job ??= jobs.start({
        kind: 'sweep',
        subject: nameOf(state.datasetId),
        datasetId: state.datasetId,
        cancel: () => cancel(state),
      })
      const ended = rows.filter((row) => row.status === 'finished' || row.status === 'failed')
      return job.progress(ended.length, rows.length, remainingMs)
    }
    if (status === 'finished') job?.finished()
    else if (status === 'cancelled') job?.cancelled()
    else job?.failed(failureOf(error, status))
    job = null
  }
}

/** Shows the states of map computations on the board. */
export function trackProjection(
  jobs: JobBoard,
  nameOf: (datasetId: DatasetId) => string,
  cancel: (runId: RunId) => void,
): (state: ProjectionState, datasetId: DatasetId) => void {
  const open = new Map<RunId, JobHandle>()
  return ({ runId, phase, done, total, failure }, datasetId) => {
    let job = open.get(runId)
    if (job === undefined) {
      if (phase !== 'running') return
      job = jobs.start({
        kind: 'projection',
        subject: nameOf(datasetId),
        datasetId,
        cancel: () => cancel(runId),
      })
      open.set(runId, job)
    }
    switch (phase) {
      case 'running':
        job.resumed()
        return job.progress(done, total)
      case 'paused':
        return job.paused()
      case 'finished':
        job.finished()
        break
      case 'cancelled':
        job.cancelled()
        break
      case 'failed':
        job.failed(new Error(failure ?? 'The map could not be computed.'))
    }
    open.delete(runId)
  }
}

/** Measuring that is over sooner is not worth a word. */
const shownAfterMs = 2000

/** Shows on the board how far runs are measured again, where that takes long, and what failed. */
export function trackComparison(
  jobs: JobBoard,
  nameOf: (datasetId: DatasetId) => string,
  cancel: () => void,
  clock: Clock = systemClock,
) {
  let job: JobHandle | null = null
  let startedAt: number | null = null
  const start = (datasetId: DatasetId | null) =>
    jobs.start({
      kind: 'comparison',
      subject: datasetId === null ? '' : nameOf(datasetId),
      datasetId,
      cancel,
    })
  return {
    progress(datasetId: DatasetId, done: number, total: number): void {
      startedAt ??= clock.now()
      if (done < total) {
        if (clock.now() - startedAt < shownAfterMs) return
        job ??= start(datasetId)
        return job.progress(done, total)
      }
      job?.finished()
      job = null
      startedAt = null
    },
    failed(error: unknown): void {
      const failing = job ?? start(null)
      failing.failed(error)
      job = null
      startedAt = null
    },
    cancelled(): void {
      job?.cancelled()
      job = null
      startedAt = null
    },
  }
}

/** What went wrong as the run or sweep tells it: the window has a sentence for the code. */
const failureOf = (
  error: { readonly code: string; readonly message: string } | null,
  status: string,
): AppError =>
  error === null
    ? new AppError('workerCrashed', `The training was ${status}. What was finished is kept.`)
    : AppError.from({ code: error.code as ErrorCode, message: error.message, details: {} })
