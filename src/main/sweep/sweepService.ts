import { sweepFile } from '../exporting/resultNames'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComparedSweep } from '../comparison/messages'
import { onToday } from '../../core/sweep/onToday'
import { materialText, rowText } from '../../core/sweep/identity'
import { type PlannedSweep, planSweep } from '../../core/sweep/planSweep'
import { chooseFeatures } from '../../core/plan/chooseNetwork'
import { layersOf } from '../../core/plan/features'
import { AppError, codeOfSystemError } from '../../shared/errors'
import type { DatasetId, SweepId } from '../../shared/model/ids'
import {
  ofEarlierVersion,
  type SweepPlan,
  type SweepRequest,
  type SweepState,
  type SweepToday,
} from '../../shared/model/sweep'
import type { BackendReport } from '../../shared/model/training'
import type { Store } from '../db/store'
import type { Turn } from '../jobs/turn'
import { countCachedFeatures } from '../features/cachedKeys'
import { describeExtractors, extractors } from '../features/extractors'
import { cachedTaps } from '../features/featureKeys'
import { type MeasuredSpeeds, openSpeeds } from '../training/measuredSpeeds'
import { keepSides, readKept } from '../split/keptSplit'
import { readTrainingImages, type TrainingImages } from '../training/trainingImages'
import type { WorkSite } from '../training/trainingWorker'
import { ActiveSweep } from './activeSweep'
import { SweepJournal } from './journal'
import { comparedSweep } from './comparedSweep'
import { readSweep, readToday, saveToday } from './sweepFiles'

export interface SweepServiceOptions extends WorkSite {
  readonly store: Store
  /** Shared with the runs: one training at a time. */
  readonly turn: Turn
  readonly backend?: () => BackendReport | null
  readonly onProgress?: (state: SweepState) => void
  /** One that has ended has figures of today. */
  readonly onMeasured?: (state: SweepState) => void
}

interface OfDataset {
  readonly datasetId: DatasetId
  readonly request: SweepRequest
}
interface OfSweep {
  readonly sweepId: SweepId
}

/** The sweep calls of the contract, and what the command line needs beside them. */
export interface SweepService {
  /** @throws AppError what `planSweep` throws */
  plan(input: OfDataset): Promise<SweepPlan>
  /** @throws AppError busy while something trains, and what `planSweep` throws */
  start(input: OfDataset): Promise<SweepState>
  /**
   * As `start`, with its files in a folder of the person's: what a former sweep left there is
   * gone on with.
   */
  startIn(folder: string, input: OfDataset): Promise<ActiveSweep>
  cancel(input: OfSweep): Promise<true>
  /** Goes on with one that was cancelled, interrupted or failed, on the images as they are now. */
  resume(input: OfSweep): Promise<SweepState>
  /** Newest first. */
  list(input: { readonly datasetId: DatasetId }): Promise<readonly SweepState[]>
  state(input: OfSweep): Promise<SweepState | null>
  remove(input: OfSweep): Promise<true>
  /** What there is of the sweeps of a dataset to measure on the labels of today, newest first. */
  compared(input: { readonly datasetId: DatasetId }): Promise<readonly ComparedSweep[]>
  /** Keeps what was measured, and tells of it. */
  keepToday(sweepId: SweepId, today: SweepToday): Promise<void>
  /** Ends the one that is on for a dataset, and removes all of its sweeps. */
  forget(input: { readonly datasetId: DatasetId }): Promise<void>
  close(): Promise<void>
}

export function createSweepService(options: SweepServiceOptions): SweepService {
  return new Service(options)
}

class Service implements SweepService {
  private active: ActiveSweep | null = null
  private activeId: SweepId | null = null
  private beginning: Promise<unknown> | null = null

  private readonly speeds: MeasuredSpeeds

  constructor(private readonly options: SweepServiceOptions) {
    this.speeds = openSpeeds(options.workspace.cacheFolder)
  }

  async plan({ datasetId, request }: OfDataset): Promise<SweepPlan> {
    return (await this.planFor(await this.images(datasetId), { datasetId, request })).plan
  }

  async start(input: OfDataset): Promise<SweepState> {
    return (await this.begin(withSplit(input), () => this.newFolder())).state()
  }

  async startIn(folder: string, input: OfDataset): Promise<ActiveSweep> {
    return this.begin(withSplit(input), () =>
      Promise.resolve({ id: null, folder, startedAt: Date.now() }),
    )
  }

  async cancel({ sweepId }: OfSweep): Promise<true> {
    this.activeOf(sweepId)?.cancel()
    return true
  }

  async resume({ sweepId }: OfSweep): Promise<SweepState> {
    const known = await this.state({ sweepId })
    if (known === null) throw noSuchSweep(sweepId)
    const { datasetId, startedAt } = known
    const request = { ...known.request, training: ofEarlierVersion(known.request.training) }
    const place = { id: sweepId, folder: this.folderOf(sweepId), startedAt }
    return (await this.begin({ datasetId, request }, () => Promise.resolve(place))).state()
  }

  async list({ datasetId }: { readonly datasetId: DatasetId }): Promise<readonly SweepState[]> {
    const ids = await this.ids()
    const states = await Promise.all(ids.map((sweepId) => this.state({ sweepId })))
    return states
      .filter((state) => state?.datasetId === datasetId)
      .map((state) => state!)
      .sort((a, b) => b.startedAt - a.startedAt || b.id! - a.id!)
  }

  async state({ sweepId }: OfSweep): Promise<SweepState | null> {
    const active = this.activeOf(sweepId)
    if (active !== null) return active.state()
    const folder = this.folderOf(sweepId)
    const known = await readSweep(folder)
    if (known === null) return null
    const today = await readToday(folder)
    const stored = today === null ? known : onToday(known, today)
    if (stored.status !== 'running') return stored
    // Nobody runs it: the program ended in the middle.
    return {
      ...stored,
      status: 'interrupted',
      remainingMs: null,
      rows: stored.rows.map((row) =>
        row.status === 'running' ? { ...row, status: 'waiting' } : row,
      ),
    }
  }

  async remove({ sweepId }: OfSweep): Promise<true> {
    if (this.activeOf(sweepId) !== null) {
      throw new AppError('busy', 'This sweep is on. Cancel it, then remove it.')
    }
    await rm(this.folderOf(sweepId), { recursive: true, force: true })
    return true
  }

  async compared({
    datasetId,
  }: {
    readonly datasetId: DatasetId
  }): Promise<readonly ComparedSweep[]> {
    const sweeps = await Promise.all(
      (await this.list({ datasetId })).map(async (state) => {
        // One that is on compares itself at its end.
        if (state.id === null || state.id === this.activeId) return null
        const folder = this.folderOf(state.id)
        return comparedSweep(folder, state, await readToday(folder))
      }),
    )
    return sweeps.filter((sweep) => sweep !== null)
  }

  async keepToday(sweepId: SweepId, today: SweepToday): Promise<void> {
    if (this.activeOf(sweepId) !== null) return
    await saveToday(this.folderOf(sweepId), today)
    const state = await this.state({ sweepId })
    if (state !== null) this.options.onMeasured?.(state)
  }

  async forget({ datasetId }: { readonly datasetId: DatasetId }): Promise<void> {
    await this.beginning?.catch(() => {})
    if (this.active?.datasetId === datasetId) await this.active.terminate()
    for (const { id } of await this.list({ datasetId })) {
      if (id !== null) await rm(this.folderOf(id), { recursive: true, force: true })
    }
  }

  async close(): Promise<void> {
    await this.active?.terminate()
  }

  private async begin(
    input: OfDataset,
    placeOf: () => Promise<{ id: SweepId | null; folder: string; startedAt: number }>,
  ): Promise<ActiveSweep> {
    const begun = this.beginAlone(input, placeOf)
    this.beginning = begun
    try {
      return await begun
    } finally {
      if (this.beginning === begun) this.beginning = null
    }
  }

  private async beginAlone(
    { datasetId, request }: OfDataset,
    placeOf: () => Promise<{ id: SweepId | null; folder: string; startedAt: number }>,
  ): Promise<ActiveSweep> {
    const giveBack = this.options.turn.take({ kind: 'sweep', datasetId })
    try {
      const images = await this.images(datasetId)
      const {
        plan,
        rows,
        shared: sharedWork,
        split,
        unseen,
      } = await this.planFor(images, { datasetId, request })
      const version = await this.version()
      const { sha256 } = images.images
      const labelIds = Uint32Array.from(images.labels, (label) =>
        label < 0 ? 0 : images.labelIds[label]!,
      )
      const material = hash(materialText({ sha256, labels: images.labels, split, version }))
      const { id, folder, startedAt } = await placeOf()
      const journal = await SweepJournal.open(join(folder, sweepFile.journal)).catch(
        (failure: unknown) => {
          throw failure instanceof AppError ? failure : unwritable(folder, failure)
        },
      )
      const shared = rows[0]!.options
      await keepSides(this.options.store, datasetId, images, shared, unseen)
      const before = await readSweep(folder)
      const active = new ActiveSweep({
        id,
        datasetId,
        startedAt,
        request,
        plan,
        sharedWork,
        speeds: this.speeds,
        rows: rows.map((row) => ({
          ...row,
          key: hash(rowText(row.options, material)),
        })),
        material,
        images: { ids: images.images.ids, labelIds, splits: split },
        baselinesKey: hash(rowText({ ...shared, ...neutral }, material)),
        warnings: before?.stored?.material === material ? (before.warnings ?? []) : [],
        journal,
        folder,
        version,
        site: this.options,
        imagesFolder: images.folder,
        comparisonFile: join(this.options.workersFolder, 'comparison.js'),
        job: {
          kind: 'sweep',
          images: images.images,
          labels: images.labels,
          labelKeys: images.labelKeys,
          split,
          sharedSeed: shared.seed,
          backend: shared.backend,
        },
        onProgress: (state) => this.options.onProgress?.(state),
        // Whoever hears that it has ended may start the next, or remove this one, at once.
        onEnded: (state) => {
          giveBack()
          this.active = null
          this.activeId = null
          this.options.onProgress?.(state)
        },
      })
      this.active = active
      this.activeId = id
      return active
    } catch (failure) {
      giveBack()
      throw failure
    }
  }

  private async newFolder(): Promise<{ id: SweepId; folder: string; startedAt: number }> {
    const id = (Math.max(0, ...(await this.ids())) + 1) as SweepId
    const folder = this.folderOf(id)
    await mkdir(folder, { recursive: true }).catch((failure: unknown) => {
      throw unwritable(folder, failure)
    })
    return { id, folder, startedAt: Date.now() }
  }

  private async ids(): Promise<SweepId[]> {
    const names = await readdir(this.options.workspace.sweepsFolder).catch(() => [])
    return names.filter((name) => /^[1-9]\d*$/.test(name)).map((name) => Number(name) as SweepId)
  }

  private folderOf(id: SweepId): string {
    return join(this.options.workspace.sweepsFolder, String(id))
  }

  private activeOf(id: SweepId): ActiveSweep | null {
    return this.activeId === id ? this.active : null
  }

  private async images(datasetId: DatasetId): Promise<TrainingImages> {
    const { store } = this.options
    const dataset = await store.datasets.find(datasetId)
    if (dataset === undefined) {
      throw new AppError('noDataset', 'There is no such dataset. Import a folder first.')
    }
    return readTrainingImages(store, datasetId, dataset.folder)
  }

  private async planFor(
    images: TrainingImages,
    { datasetId, request }: OfDataset,
  ): Promise<PlannedSweep> {
    const { backend = 'auto' } = request.training
    const count = images.labels.length
    const { extractor, features } = chooseFeatures(count, request.training, extractors)
    const featuresCached = await countCachedFeatures(
      this.options.workspace.cacheFolder,
      cachedTaps(extractor, layersOf(extractor, features)),
      images.images.sha256,
    )
    return planSweep({
      ...images,
      kept: await readKept(this.options.store, datasetId, images, request.training),
      request,
      extractors: describeExtractors(),
      featuresCached: () => featuresCached,
      speed: this.speeds.of(backend, this.options.backend?.() ?? null),
    })
  }

  private async version(): Promise<string> {
    const file = join(this.options.projectFolder, 'package.json')
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string }
    return version
  }
}

/** So that a sweep that is resumed is known from one of an earlier version. */
const withSplit = ({ datasetId, request }: OfDataset): OfDataset => ({
  datasetId,
  request: { ...request, training: { splitBy: 'hash', ...request.training } },
})

/** The baselines depend on nothing that differs between the runs. */
const neutral = { loss: { name: '', options: {} }, miner: null, distance: '' }

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

const noSuchSweep = (sweepId: number): AppError =>
  new AppError('notFound', `There is no sweep ${sweepId}. It may have been removed.`, { sweepId })

function unwritable(folder: string, failure: unknown): AppError {
  const reason = failure instanceof Error ? failure.message : String(failure)
  const code = codeOfSystemError(failure)
  return new AppError(
    code === 'diskFull' || code === 'readOnly' || code === 'permissionDenied'
      ? code
      : 'writeFailed',
    `The results cannot be kept in ${folder} (${reason}). Choose another folder.`,
    { folder },
    failure,
  )
}
