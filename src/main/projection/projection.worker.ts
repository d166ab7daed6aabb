import { parentPort, workerData } from 'node:worker_threads'
import { createRandom } from '../../core/math/random'
import { createProjection, normalizedRows, type Steps } from '../../core/projection'
import type { NearestAnswer, NearestQuestion, ProjectionJob, ProjectionMessage } from './messages'
import { nearestRows } from './nearestRows'
import { readMatrix } from './readMatrix'

/** Reports a second. */
const reportEveryMs = 100
/** Shares of the whole that the principal plane, and with it the neighbours, take, by experience. */
const principalShare = 0.05
const neighbourShare = 0.3

const port = parentPort
if (port === null) throw new Error('This file is a worker.')
const post = (message: ProjectionMessage | NearestAnswer): void => port.postMessage(message)

const job = workerData as ProjectionJob
if (job.kind === 'project') void project(job)
else search(job.runFolder)

async function project({ runFolder, seed }: Extract<ProjectionJob, { kind: 'project' }>) {
  const projection = createProjection(await readMatrix(runFolder), createRandom(seed))
  const pca = reported(projection.principal(), 0, principalShare)
  post({ kind: 'pca', xy: pca })
  const graph = reported(projection.neighbours(), principalShare, neighbourShare)
  post({ kind: 'neighbours', neighbours: { count: graph.count, indices: graph.indices } })
  post({ kind: 'umap', xy: reported(projection.layout(graph, pca), neighbourShare, 1) })
  port!.close()
}

function search(runFolder: string): void {
  const normalized = readMatrix(runFolder).then(normalizedRows)
  port!.on('message', ({ id, row, count }: NearestQuestion) => {
    void normalized.then((rows) => post({ kind: 'nearest', id, ...nearestRows(rows, row, count) }))
  })
}

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
