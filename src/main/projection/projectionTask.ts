import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { startWorker } from '../jobs/workerHost'
import type { NeighbourRows, ProjectionJob, ProjectionMessage } from './messages'
import type { ComputedProjection } from './projectionFiles'

type MapJob = Extract<ProjectionJob, { kind: 'project' }>

export interface ProjectionTaskOptions {
  readonly job: Omit<MapJob, 'kind' | 'paused'>
  readonly onPrincipal: (xy: Float32Array) => void
  readonly onPlaces: (xy: Float32Array) => void
  readonly onProgress: (share: number) => void
}

export interface ProjectionTask {
  /** null where it was cancelled. */
  readonly result: Promise<ComputedProjection | null>
  /** Lets all its threads wait, and go on. */
  pause(): void
  resume(): void
  /** Ends the worker in the middle of what it does. */
  cancel(): Promise<void>
}

/** Computes the projections of one run in a worker of its own. */
export function startProjectionTask(options: ProjectionTaskOptions): ProjectionTask {
  const got: { pca?: Float32Array; umap?: Float32Array; neighbours?: NeighbourRows } = {}
  let unit = 1
  let refusal: string | null = null
  let isCancelled = false
  const paused = new SharedArrayBuffer(4)
  const wait = new Int32Array(paused)
  const job: MapJob = { kind: 'project', ...options.job, paused }
  const worker = startWorker<never, ProjectionMessage>({
    file: join(options.job.workersFolder, 'projection.js'),
    name: 'projection',
    data: job,
    onMessage(message) {
      if (isCancelled) return
      switch (message.kind) {
        case 'pca':
          got.pca = message.xy
          {
            options.onPrincipal(message.xy)
            return
          }
        case 'progress': {
          options.onProgress(message.share)
          return
        }
        case 'places': {
          options.onPlaces(message.xy)
          return
        }
        case 'neighbours':
          got.neighbours = message.neighbours
          return
        case 'refused':
          refusal = message.reason
          return
        case 'umap':
          got.umap = message.xy
          unit = message.unit
      }
    },
  })
  return {
    result: worker.ended.then(() => {
      if (isCancelled) return null
      if (refusal !== null) throw new AppError('invalidInput', refusal)
      const { pca, umap, neighbours } = got
      if (pca === undefined || umap === undefined || neighbours === undefined) {
        throw new AppError('workerCrashed', 'The projection worker ended early. Start it again.', {
          worker: 'projection',
        })
      }
      return { pca, umap, neighbours, unit }
    }),
    pause() {
      Atomics.store(wait, 0, 1)
    },
    resume() {
      Atomics.store(wait, 0, 0)
      Atomics.notify(wait, 0)
    },
    async cancel() {
      isCancelled = true
      await worker.terminate()
    },
  }
}
