import type { RunId } from '../../shared/model/ids'
import type { ProjectionState } from '../../shared/model/projection'
import type { TrainingState } from '../../shared/model/training'
import type { JobBoard, JobHandle } from './jobBoard'

/** Shows the states of training runs on the board. */
export function trackTraining(
  jobs: JobBoard,
  cancel: (runId: RunId) => void,
): (state: TrainingState) => void {
  const open = new Map<RunId, JobHandle>()
  return ({ run, stageDone, stageTotal, remainingMs, error }) => {
    const isOpen = run.status === 'running' || run.status === 'paused'
    let job = open.get(run.id)
    if (job === undefined) {
      if (!isOpen) return
      job = jobs.start({
        kind: 'training',
        subject: String(run.id),
        cancel: () => cancel(run.id),
      })
      open.set(run.id, job)
    }
    switch (run.status) {
      case 'running':
        job.resumed()
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
        job.failed(new Error(error?.message ?? run.status))
    }
    open.delete(run.id)
  }
}

/** Shows the states of map computations on the board. */
export function trackProjection(
  jobs: JobBoard,
  cancel: (runId: RunId) => void,
): (state: ProjectionState) => void {
  const open = new Map<RunId, JobHandle>()
  return ({ runId, phase, done, total }) => {
    let job = open.get(runId)
    if (job === undefined) {
      if (phase !== 'running') return
      job = jobs.start({
        kind: 'projection',
        subject: String(runId),
        cancel: () => cancel(runId),
      })
      open.set(runId, job)
    }
    switch (phase) {
      case 'running':
        return job.progress(done, total)
      case 'finished':
        job.finished()
        break
      case 'cancelled':
        job.cancelled()
        break
      case 'failed':
        job.failed(new Error('The map could not be computed.'))
    }
    open.delete(runId)
  }
}
