import { parentPort, workerData } from 'node:worker_threads'
import { createMatrix } from '../../core/math/matrix'
import { createRandom } from '../../core/math/random'
import { createProjection, type Steps } from '../../core/projection'
import type { ProjectionJob, ProjectionMessage } from './messages'

/** Reports a second. */
const reportEveryMs = 100
/** Share of the whole that finding the neighbours takes, by experience. */
const neighbourShare = 0.25

const port = parentPort
if (port === null) throw new Error('This file is a worker.')
const post = (message: ProjectionMessage): void => port.postMessage(message)

const { embeddings, rows, columns, seed } = workerData as ProjectionJob
const projection = createProjection(createMatrix(rows, columns, embeddings), createRandom(seed))

const pca = projection.principal()
post({ kind: 'pca', xy: pca })
const graph = reported(projection.neighbours(), 0, neighbourShare)
post({ kind: 'neighbours', neighbours: { count: graph.count, indices: graph.indices } })
post({ kind: 'umap', xy: reported(projection.layout(graph, pca), neighbourShare, 1) })
port.close()

/** Runs steps to their end; cancelling is terminating this thread. */
function reported<Result>(steps: Steps<Result>, from: number, to: number): Result {
  let last = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    const now = performance.now()
    if (now - last < reportEveryMs) continue
    last = now
    post({ kind: 'progress', share: from + step.value * (to - from) })
  }
}
