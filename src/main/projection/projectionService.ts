import type { projectionContract } from '../../shared/contract/projection'
import { AppError, serializeError } from '../../shared/errors'
import type { DatasetId, ImageId, RunId } from '../../shared/model/ids'
import { type MapChoice, mapChoiceOf, type MapRequest } from '../../shared/model/options/mapOptions'
import type {
  Neighbour,
  ProjectionMethod,
  ProjectionPoints,
  ProjectionState,
} from '../../shared/model/projection'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Store } from '../db/store'
import { runFolder, type Workspace } from '../workspace'
import { createEmbeddingCache, type RunEmbeddings } from './embeddingCache'
import { NearestSearch } from './nearestSearch'
import { embeddingFingerprint, loadProjection, saveProjection } from './projectionFiles'
import type { StoredProjection } from './projectionFiles'
import { type ProjectionTask, startProjectionTask } from './projectionTask'
import { shownRows } from './shownRows'

export interface ProjectionServiceOptions {
  readonly store: Pick<Store, 'runs' | 'images'>
  readonly workspace: Workspace
  readonly workersFolder: string
  readonly events?: {
    readonly progress?: (state: ProjectionState, datasetId: DatasetId) => void
  }
}

/** Maps of runs: computed in a worker, kept in the run's folder; and nearest neighbours. */
export interface ProjectionService extends ServiceHandlers<typeof projectionContract> {
  /** The state in which the run's computation ends; at once where none is under way. */
  whenEnded(input: { readonly runId: RunId }): Promise<ProjectionState>
  close(): Promise<void>
}

/** What is known of a run's map since the program started. */
interface Session {
  readonly fingerprint: string
  /** Known once a computation was asked for. */
  datasetId: DatasetId | null
  state: ProjectionState
  planes: Partial<StoredProjection>
  /** Places of a layout that is under way. */
  moving: Float32Array | null
  task: ProjectionTask | null
  ended: Promise<void>
}

/** Parts of the whole in a state's `done` and `total`: of many images a thousandth takes seconds. */
const progressTotal = 10_000
/** Maps that are kept in memory, the one looked at included. */
const mostSessions = 3
/** Neighbours asked for beyond those wanted, for images that are not shown any more. */
const spareNeighbours = 24

export function createProjectionService(options: ProjectionServiceOptions): ProjectionService {
  const { store, workspace, workersFolder } = options
  const sessions = new Map<RunId, Session>()
  const embeddingsOf = createEmbeddingCache(workspace)
  const search = new NearestSearch(workersFolder)

  function change(session: Session, patch: Partial<ProjectionState>): void {
    session.state = { ...session.state, ...patch }
    tell(session)
  }

  function tell({ state, datasetId }: Session): void {
    if (datasetId !== null) options.events?.progress?.(state, datasetId)
  }

  /** The session of the run's present embeddings, with what is stored of them. */
  async function open(runId: RunId): Promise<Session> {
    const folder = runFolder(workspace, runId)
    const fingerprint = await embeddingFingerprint(folder)
    const known = sessions.get(runId)
    if (known !== undefined && known.fingerprint === fingerprint) return known
    const stored = fingerprint === null ? null : await loadProjection(folder, fingerprint)
    // Another call may have opened it while this one was reading.
    const raced = sessions.get(runId)
    if (raced !== undefined && raced.fingerprint === fingerprint) return raced
    await raced?.task?.cancel()
    const session: Session = {
      fingerprint: fingerprint ?? '',
      datasetId: null,
      state: {
        runId,
        method: stored === null ? 'pca' : 'umap',
        phase: stored === null ? 'cancelled' : 'finished',
        done: stored === null ? 0 : progressTotal,
        total: progressTotal,
        options: stored?.options ?? null,
        revision: stored === null ? 0 : 2,
      },
      planes: stored ?? {},
      moving: null,
      task: null,
      ended: Promise.resolve(),
    }
    sessions.set(runId, session)
    forgetOldest(runId)
    return session
  }

  /** Planes of many images are large; those that lie in their run's folder are read again. */
  function forgetOldest(keep: RunId): void {
    for (const [runId, { task, state }] of sessions) {
      if (sessions.size <= mostSessions) return
      if (runId !== keep && task === null && state.phase === 'finished') sessions.delete(runId)
    }
  }

  async function start(runId: RunId, request?: MapRequest): Promise<ProjectionState> {
    const run = await store.runs.find(runId)
    if (run === undefined) throw noRun(runId)
    const embeddings = await embeddingsOf(runId)
    const session = await open(runId)
    session.datasetId = run.datasetId
    const options = mapChoiceOf(request ?? {}, run.summary.options.seed)
    const isAsked = request === undefined || isSameChoice(session.state.options, options)
    if (isAsked && (session.task !== null || session.planes.umap !== undefined)) {
      return session.state
    }
    const labels =
      options.labelWeight > 0 ? await labelsOf(store, run.datasetId, embeddings.ids) : null
    await session.task?.cancel()
    await session.ended
    session.state = { ...session.state, method: 'pca', phase: 'running', done: 0, options }
    const task = startProjectionTask({
      job: { runFolder: embeddings.runFolder, workersFolder, options, labels },
      onPrincipal: (pca) => {
        session.planes = { ...session.planes, pca }
        change(session, { method: 'umap', revision: session.state.revision + 1 })
      },
      onPlaces: (xy) => {
        session.moving = xy
        change(session, { revision: session.state.revision + 1 })
      },
      onProgress: (share) => change(session, { done: Math.floor(share * (progressTotal - 1)) }),
    })
    session.task = task
    session.ended = finish(session, task, options)
    tell(session)
    return session.state
  }

  async function finish(session: Session, task: ProjectionTask, options: MapChoice): Promise<void> {
    const { runId } = session.state
    try {
      const computed = await task.result
      session.task = null
      session.moving = null
      if (computed === null) {
        // What there was of other options is shown again.
        const before = session.planes.umap === undefined ? options : session.planes.options
        const revision = session.state.revision + 1
        change(session, { phase: 'cancelled', options: before ?? null, revision })
        return
      }
      const planes = { ...computed, options }
      session.planes = planes
      await saveProjection(runFolder(workspace, runId), session.fingerprint, planes)
      const revision = session.state.revision + 1
      change(session, { phase: 'finished', done: progressTotal, revision })
    } catch (error) {
      session.task = null
      session.moving = null
      // Computed but not kept, as on a full disk: the map can be looked at all the same.
      const isComputed = session.planes.options === options
      const revision = session.state.revision + 1
      if (isComputed) change(session, { phase: 'finished', revision })
      else change(session, { phase: 'failed', failure: serializeError(error).message, revision })
    }
  }

  async function points(
    runId: RunId,
    method: ProjectionMethod | undefined,
  ): Promise<ProjectionPoints | null> {
    const run = await store.runs.find(runId)
    if (run === undefined) throw noRun(runId)
    const embeddings = await embeddingsOf(runId)
    const { planes, moving } = await open(runId)
    const layout = moving ?? planes.umap
    const used = method ?? (layout === undefined ? 'pca' : 'umap')
    const xy = used === 'umap' ? layout : planes.pca
    if (xy === undefined) return null
    const images = await store.images.columns(
      run.datasetId,
      { excluded: 'include', missing: 'include' },
      'path',
    )
    return { runId, method: used, ...shownRows(embeddings, xy, planes.neighbours ?? null, images) }
  }

  async function neighbours(
    runId: RunId,
    imageId: ImageId,
    count: number,
  ): Promise<readonly Neighbour[]> {
    const embeddings = await embeddingsOf(runId)
    const row = embeddings.rowOf(imageId)
    if (row < 0) {
      throw new AppError(
        'notFound',
        `Image ${imageId} came after run ${runId} was trained, so it has no place in its embedding. Train again to place it.`,
        { image: imageId, run: runId },
      )
    }
    return shownNeighbours(store, search, embeddings, row, count)
  }

  return {
    start: ({ runId, options: request }) => start(runId, request),
    async pause({ runId }): Promise<true> {
      const session = sessions.get(runId)
      if (session?.task && session.state.phase === 'running') {
        session.task.pause()
        change(session, { phase: 'paused' })
      }
      return true
    },
    async resume({ runId }): Promise<true> {
      const session = sessions.get(runId)
      if (session?.task && session.state.phase === 'paused') {
        session.task.resume()
        change(session, { phase: 'running' })
      }
      return true
    },
    async cancel({ runId }): Promise<true> {
      const session = sessions.get(runId)
      await session?.task?.cancel()
      await session?.ended
      return true
    },
    points: ({ runId, method }) => points(runId, method),
    neighbours: ({ runId, imageId, count }) => neighbours(runId, imageId, count),
    async whenEnded({ runId }) {
      const session = await open(runId)
      await session.ended
      return session.state
    },
    async close() {
      await search.close()
      await Promise.all(
        [...sessions.values()].map(async (session) => {
          await session.task?.cancel()
          await session.ended
        }),
      )
    },
  }
}

/** Neighbours that the person still sees: neither excluded nor gone from the folder. */
async function shownNeighbours(
  store: Pick<Store, 'images'>,
  search: NearestSearch,
  embeddings: RunEmbeddings,
  row: number,
  count: number,
): Promise<readonly Neighbour[]> {
  const total = embeddings.ids.length - 1
  for (let asked = count + spareNeighbours; ; asked *= 4) {
    const nearest = await search.nearest(embeddings, row, asked)
    const ids = nearest.rows.map((other) => embeddings.ids[other]!)
    const rows = await store.images.summaries(ids)
    const shown = new Set(rows.filter((one) => !one.excluded && !one.missing).map(({ id }) => id))
    const found: Neighbour[] = []
    for (let i = 0; i < ids.length && found.length < count; i++) {
      const id = ids[i]! as ImageId
      if (shown.has(id)) found.push({ id, distance: Math.max(0, 1 - nearest.similarities[i]!) })
    }
    if (found.length === count || asked >= total) return found
  }
}

const isSameChoice = (one: MapChoice | null, other: MapChoice): boolean =>
  one !== null &&
  (Object.keys(other) as (keyof MapChoice)[]).every((key) => one[key] === other[key])

/** Label of each image, 0 without. */
async function labelsOf(
  store: Pick<Store, 'images'>,
  datasetId: DatasetId,
  ids: Uint32Array,
): Promise<Uint32Array> {
  const everything = { excluded: 'include', missing: 'include' } as const
  const images = await store.images.columns(datasetId, everything, 'path')
  const labelOf = new Map<number, number>()
  for (let i = 0; i < images.ids.length; i++) labelOf.set(images.ids[i]!, images.labelIds[i]!)
  return ids.map((id) => labelOf.get(id) ?? 0)
}

const noRun = (runId: RunId): AppError =>
  new AppError('notFound', `There is no run ${runId} any more. Choose another run.`, { run: runId })
