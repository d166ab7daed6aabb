import { parentPort, workerData } from 'node:worker_threads'
import {
  createProjection,
  NotFinite,
  normalizedRows,
  standardizePlane,
  TooManyRows,
} from '../../core/projection'
import type { Steps } from '../../core/steps'
import { startMapPool, threadsForMap } from './mapPool'
import type { NearestAnswer, NearestQuestion, ProjectionJob, ProjectionMessage } from './messages'
import { nearestRows } from './nearestRows'
import { readMatrix } from './readMatrix'

/** Reports a second. */
const reportEveryMs = 100
/** Places are shown so often; of more images less often, as each look takes longer. */
const placesEveryMs = 1000
const placesEveryMsAnImage = 0.02
/** Shares of the whole that the principal plane, and with it the neighbours, take, by experience. */
const principalShare = 0.08
const neighbourShare = 0.4
/** Up to so many images have room to be told apart; see the option. */
const roomyRows = 2000
const [roomyDistance, usualDistance] = [0.35, 0.1]

const port = parentPort
if (port === null) throw new Error('This file is a worker.')
const post = (message: ProjectionMessage | NearestAnswer): void => port.postMessage(message)

const job = workerData as ProjectionJob
if (job.kind === 'project') void project(job)
else search(job.runFolder)

type MapJob = Extract<ProjectionJob, { kind: 'project' }>

async function project(given: MapJob): Promise<void> {
  try {
    await computeMap(given)
  } catch (error) {
    if (!(error instanceof NotFinite || error instanceof TooManyRows)) throw error
    post({ kind: 'refused', reason: error.message })
  }
  port!.close()
}

async function computeMap({ runFolder, workersFolder, options, labels, paused }: MapJob) {
  const embeddings = await readMatrix(runFolder)
  const { rows } = embeddings
  const automatic = rows <= roomyRows ? roomyDistance : usualDistance
  const { leastDistance } = options
  const settings = {
    ...options,
    leastDistance: leastDistance === 'auto' ? automatic : leastDistance,
  }
  const lanes = threadsForMap(rows)
  let workforce: ReturnType<typeof startMapPool> | undefined
  const projection = createProjection(embeddings, settings, {
    lanes,
    workforce: (arena) => (workforce = startMapPool(arena, workersFolder)),
  })
  const wait = new Int32Array(paused)
  const reported = <Result>(steps: Steps<Result>, from: number, to: number) =>
    run(steps, wait, from, to)
  const plane = reported(projection.principal(), 0, principalShare)
  post({ kind: 'pca', xy: plane })
  const graph = reported(projection.neighbours(), principalShare, neighbourShare)
  post({ kind: 'neighbours', neighbours: { count: graph.count, indices: graph.indices } })
  let shownAt = performance.now()
  const onPlaces = (places: Float32Array) => {
    const now = performance.now()
    if (now - shownAt < Math.max(placesEveryMs, placesEveryMsAnImage * rows)) return
    shownAt = now
    post({ kind: 'places', xy: standardizePlane(places.slice()) })
  }
  const layout = projection.layout({ plane, onPlaces, ...(labels && { labels }) })
  const { plane: xy, unit } = reported(layout, neighbourShare, 1)
  post({ kind: 'umap', xy, unit })
  workforce?.close()
}

function search(runFolder: string): void {
  const normalized = readMatrix(runFolder).then(normalizedRows)
  port!.on('message', ({ id, row, count }: NearestQuestion) => {
    void normalized.then((rows) => post({ kind: 'nearest', id, ...nearestRows(rows, row, count) }))
  })
}

/** Runs steps to their end, waiting while paused; cancelling is terminating this thread. */
function run<Result>(steps: Steps<Result>, wait: Int32Array, from: number, to: number): Result {
  let last = performance.now()
  for (;;) {
    Atomics.wait(wait, 0, 1)
    const step = steps.next()
    if (step.done === true) return step.value
    const now = performance.now()
    if (now - last < reportEveryMs) continue
    last = now
    post({ kind: 'progress', share: from + step.value * (to - from) })
  }
}
