import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { startWorker } from '../jobs/workerHost'
import type { NeighbourRows, ProjectionJob, ProjectionMessage } from './messages'
import type { StoredProjection } from './projectionFiles'

export interface ProjectionTaskOptions {
  readonly workersFolder: string
  readonly job: Extract<ProjectionJob, { kind: 'project' }>
  readonly onPrincipal: (xy: Float32Array) => void
  readonly onProgress: (share: number) => void
}

export interface ProjectionTask {
  /** null where it was cancelled. */
  readonly result: Promise<StoredProjection | null>
  /** Ends the worker in the middle of what it does. */
  cancel(): Promise<void>
}

/** Computes the projections of one run in a worker of its own. */
export function startProjectionTask(options: ProjectionTaskOptions): ProjectionTask {
  const got: { pca?: Float32Array; umap?: Float32Array; neighbours?: NeighbourRows } = {}
  let isCancelled = false
  const worker = startWorker<never, ProjectionMessage>({
    file: join(options.workersFolder, 'projection.js'),
    name: 'projection',
    data: options.job,
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
        case 'neighbours':
          got.neighbours = message.neighbours
          return
        case 'umap':
          got.umap = message.xy
      }
    },
  })
  return {
    result: worker.ended.then(() => {
      if (isCancelled) return null
      const { pca, umap, neighbours } = got
      if (pca === undefined || umap === undefined || neighbours === undefined) {
        throw new AppError('workerCrashed', 'The projection worker ended early. Start it again.', {
          worker: 'projection',
        })
      }
      return { pca, umap, neighbours }
    }),
    async cancel() {
      isCancelled = true
      await worker.terminate()
    },
  }
}
