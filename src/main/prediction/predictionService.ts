import { rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { UndoState } from '../../shared/contract/labels'
import { AppError, serializeError } from '../../shared/errors'
import {
  type AskedPicture,
  type AskingState,
  type DecidingNeighbour,
  mostAsked,
  type PredictingModel,
  type Ranking,
} from '../../shared/model/asked'
import type { DatasetId, ImageId, RunId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { createThumbnailPool } from '../dataset/thumbnailPool'
import { type Cell, csvChunks } from '../exporting/csv'
import { predictionCells, predictionHeader } from '../exporting/predictionRows'
import { writeChunks } from '../exporting/writeChunks'
import { coalesce } from '../jobs/coalesce'
import type { JobBoard, JobHandle } from '../jobs/jobBoard'
import type { LabelService } from '../labels/labelService'
import { makeTemporaryFolder } from '../leftovers'
import { type StartHearingProcess, startNodeProcess } from '../processes/startProcess'
import { loadSplits } from '../runs/embeddingFiles'
import type { SentImages } from '../training/sentJob'
import type { TrainingService } from '../training/trainingService'
import { placeOfImage, runFolder, type Workspace } from '../workspace'
import { acceptPictures } from './acceptPictures'
import { findFiles } from './findFiles'
import type { PredictedColumns, PredictorJob, ReferencesAnswer } from './messages'
import { Predictor } from './predictor'
import { imagesOfContents, type ReferencesToday, referencesToday } from './references'
import { emptySheet, type Sheet, type SheetPicture } from './sheet'

export interface PredictionServiceOptions {
  readonly store: Store
  readonly workspace: Workspace
  readonly workersFolder: string
  readonly startProcess?: StartHearingProcess | undefined
  readonly training: Pick<TrainingService, 'embed'>
  readonly labels: Pick<LabelService, 'changes'>
  readonly jobs: JobBoard
  readonly nameOf: (datasetId: DatasetId) => string
  readonly onChanged?: (state: AskingState) => void
}

interface OfDataset {
  readonly datasetId: DatasetId
}
interface Asking extends OfDataset {
  readonly runId: RunId
}

/** Where a picture that is not of the set lies, for the window's pictures. */
interface AskedFile {
  readonly file: string
  readonly sha256: string
}

export interface PredictionService {
  /** @throws AppError notFound, modelUnreadable */
  model(input: { readonly runId: RunId }): Promise<PredictingModel>
  state(input: OfDataset): AskingState
  /** Reads files and folders and lets the run's model answer for them. */
  add(input: Asking & { readonly paths: readonly string[] }): Promise<true>
  paste(input: Asking & { readonly bytes: Uint8Array }): Promise<true>
  addUnlabelled(input: Asking): Promise<true>
  ask(input: Asking): Promise<true>
  cancel(input: OfDataset): Promise<true>
  clear(input: OfDataset): Promise<true>
  pictures(input: OfDataset): Promise<readonly AskedPicture[]>
  neighbours(
    input: OfDataset & { readonly ids: readonly number[] },
  ): Promise<readonly (readonly DecidingNeighbour[])[]>
  accept(
    input: OfDataset & {
      readonly groups: readonly { readonly label: string; readonly ids: readonly number[] }[]
    },
  ): Promise<UndoState>
  /** @returns null where the signal was aborted */
  writeCsv(
    input: OfDataset & {
      readonly falseAccept: number
      readonly file: string
      readonly signal?: AbortSignal
    },
  ): Promise<{ readonly rows: number } | null>
  rank(
    input: Asking & {
      readonly like: Uint32Array
      readonly unlike: Uint32Array
      readonly likeAsked: readonly number[]
      readonly top: number
    },
  ): Promise<Ranking>
  fileOf(datasetId: number, pictureId: number): AskedFile | null
  /** Resolves when nothing of the dataset is being asked. */
  whenIdle(input: OfDataset): Promise<AskingState>
  close(): Promise<void>
}

/** Pictures that are read together. */
const filesAtOnce = 4

export function createPredictionService(options: PredictionServiceOptions): PredictionService {
  return new Service(options)
}

interface OpenModel extends ReferencesAnswer {
  readonly runId: RunId
  readonly datasetId: DatasetId
}

class Service implements PredictionService {
  private readonly sheets = new Map<DatasetId, Sheet>()
  private readonly predictor: Predictor
  private lastModel: OpenModel | null = null
  private nextId = 1
  private readonly untold = new Set<Sheet>()
  private readonly tell = coalesce(() => {
    for (const { state } of this.untold) this.options.onChanged?.(state)
    this.untold.clear()
  })

  constructor(private readonly options: PredictionServiceOptions) {
    this.predictor = new Predictor(options.workersFolder)
  }

  async model({ runId }: { readonly runId: RunId }): Promise<PredictingModel> {
    const { datasetId, ...model } = await this.open(runId)
    const { labelNames } = await referencesToday(this.options.store, datasetId, model)
    const { report, isCalibrated, rates } = model
    return { runId, labelNames, heldOut: report.heldOut, isCalibrated, report, rates }
  }

  state({ datasetId }: OfDataset): AskingState {
    return this.sheetOf(datasetId).state
  }

  async add({ datasetId, runId, paths }: Asking & { readonly paths: readonly string[] }) {
    return this.work({ datasetId, runId }, async (sheet, signal) => {
      const room = mostAsked - sheet.pictures.size
      const { files, gone } = await findFiles(paths, room, signal)
      const there = new Set(
        [...sheet.pictures.values()].flatMap(({ file }) => (file === null ? [] : [file])),
      )
      for (const { file, name } of files.slice(0, room)) {
        if (!there.has(file)) this.put(sheet, { name, file })
      }
      for (const path of gone) {
        this.put(sheet, { name: basename(path), file: path, leftOut: 'unreadable' })
      }
      this.change(sheet, { beyondMost: files.length > room ? files.length - room : 0 })
    })
  }

  async paste({ datasetId, runId, bytes }: Asking & { readonly bytes: Uint8Array }) {
    const sheet = this.sheetOf(datasetId)
    sheet.pastedFolder ??= makeTemporaryFolder('embed')
    const name = `pasted-${++sheet.pasted}.png`
    const file = join(sheet.pastedFolder, name)
    await writeFile(file, bytes)
    return this.add({ datasetId, runId, paths: [file] })
  }

  async addUnlabelled(asking: Asking) {
    return this.work(asking, async (sheet) => {
      const { store } = this.options
      const rows = await store.images.trainingRows(asking.datasetId)
      const there = new Set(
        [...sheet.pictures.values()].flatMap(({ imageId }) => (imageId === null ? [] : [imageId])),
      )
      let beyondMost = 0
      rows.ids.forEach((id, row) => {
        const imageId = id as ImageId
        if (rows.labelIds[row] !== 0 || rows.excluded[row] === 1 || there.has(imageId)) return
        if (sheet.pictures.size >= mostAsked) beyondMost++
        else this.put(sheet, { name: rows.relativePaths[row]!, file: null, imageId })
      })
      this.change(sheet, { beyondMost })
    })
  }

  ask(asking: Asking): Promise<true> {
    return this.work(asking, async () => {})
  }

  async cancel({ datasetId }: OfDataset): Promise<true> {
    const sheet = this.sheetOf(datasetId)
    sheet.waiting.length = 0
    sheet.work?.controller.abort()
    await sheet.work?.ended
    return true
  }

  async clear({ datasetId }: OfDataset): Promise<true> {
    await this.cancel({ datasetId })
    const sheet = this.sheetOf(datasetId)
    sheet.pictures.clear()
    await this.forgetPasted(sheet)
    this.change(sheet, { runId: null, notPictures: 0, beyondMost: 0, error: null })
    return true
  }

  async pictures({ datasetId }: OfDataset): Promise<readonly AskedPicture[]> {
    const sheet = this.sheetOf(datasetId)
    if (sheet.pictures.size === 0) return []
    const inSet = await imagesOfContents(this.options.store, datasetId)
    const own = new Map([...inSet.values()].map((one) => [one.imageId, one.label]))
    const labelsOfIds = await this.labelsOf(datasetId)
    return [...sheet.pictures.values()].map(({ id, name, imageId, read, leftOut, answer }) => {
      const found = imageId === null ? inSet.get(read?.sha256 ?? '') : undefined
      const image = imageId ?? found?.imageId ?? null
      const labelNow =
        image === null ? null : (labelsOfIds.get(image) ?? own.get(image) ?? found?.label ?? null)
      return {
        ...{ id, name, imageId: image, labelNow, leftOut },
        isRead: read !== null || imageId !== null,
        answer:
          answer === null
            ? null
            : {
                label: answer.label,
                confidence: answer.confidence,
                strangeness: answer.strangeness,
              },
      }
    })
  }

  async neighbours({ datasetId, ids }: OfDataset & { readonly ids: readonly number[] }) {
    const sheet = this.sheetOf(datasetId)
    const { runId } = sheet.state
    if (runId === null) return ids.map(() => [])
    const { model, today } = await this.referencesOf(runId)
    return ids.map((id) => {
      const answer = sheet.pictures.get(id)?.answer ?? null
      if (answer === null || answer.runId !== runId) return []
      return Array.from(answer.rows, (row, n) => ({
        imageId: today.imageIds[row] === 0 ? null : (today.imageIds[row] as ImageId),
        path: model.paths[row] ?? '',
        label: model.labels[row]!,
        distance: answer.distances[n]!,
      }))
    })
  }

  async accept({
    datasetId,
    groups,
  }: OfDataset & {
    readonly groups: readonly { readonly label: string; readonly ids: readonly number[] }[]
  }): Promise<UndoState> {
    const sheet = this.sheetOf(datasetId)
    const { store, workspace, labels } = this.options
    const state = await acceptPictures({
      ...{ store, workspace, datasetId, changes: labels.changes },
      groups: groups.map(({ label, ids }) => ({
        label,
        pictures: ids.flatMap((id) => sheet.pictures.get(id) ?? []),
      })),
    })
    this.change(sheet, {})
    return state
  }

  async writeCsv({
    datasetId,
    falseAccept,
    file,
    signal,
  }: OfDataset & {
    readonly falseAccept: number
    readonly file: string
    readonly signal?: AbortSignal
  }) {
    const sheet = this.sheetOf(datasetId)
    const { runId } = sheet.state
    const answered = [...sheet.pictures.values()].filter(({ answer }) => answer !== null)
    if (runId === null || answered.length === 0) {
      throw new AppError('invalidInput', 'No picture has an answer yet. Add pictures first.')
    }
    const { model, today } = await this.referencesOf(runId)
    const rate = model.rates.findLast(({ asked }) => asked <= falseAccept + 1e-9)
    const labelOf = (label: number) => today.labelNames[label] ?? ''
    function* rows(): Generator<Cell[]> {
      for (const { name, answer } of answered) {
        const { label, confidence, strangeness, rows: found, distances } = answer!
        yield predictionCells({
          ...{ image: name, label: labelOf(label), confidence, strangeness },
          isKnown: rate === undefined ? null : strangeness <= rate.threshold,
          neighbours: Array.from(found, (row, n) => ({
            image: model.paths[row] ?? '',
            label: labelOf(model.labels[row]!),
            distance: distances[n]!,
          })),
        })
      }
    }
    const neighbours = answered.reduce((most, { answer }) => Math.max(most, answer!.rows.length), 0)
    const chunks = csvChunks(file, predictionHeader(neighbours), rows())
    const isWritten = await writeChunks(file, chunks, { signal })
    return isWritten ? { rows: answered.length } : null
  }

  async rank({
    datasetId,
    runId,
    like,
    unlike,
    likeAsked,
    top,
  }: Asking & {
    readonly like: Uint32Array
    readonly unlike: Uint32Array
    readonly likeAsked: readonly number[]
    readonly top: number
  }): Promise<Ranking> {
    const job = await this.jobOf(runId)
    const sheet = this.sheetOf(datasetId)
    const units = likeAsked.flatMap((id) => {
      const answer = sheet.pictures.get(id)?.answer ?? null
      return answer === null || answer.runId !== runId ? [] : [answer.unit]
    })
    // An example is no finding, in the set or out of it.
    const shown = new Set(likeAsked.map((id) => sheet.pictures.get(id)?.read?.sha256))
    const own = new Set(likeAsked.map((id) => sheet.pictures.get(id)?.imageId))
    const size = units[0]?.length ?? 0
    const likeUnits = new Float32Array(units.length * size)
    units.forEach((unit, row) => likeUnits.set(unit, row * size))
    const rows = await this.options.store.images.trainingRows(datasetId)
    const { ids, scores, images, unknown } = await this.predictor.ask(job, {
      kind: 'rank',
      among: rows.ids.filter(
        (id, row) =>
          rows.excluded[row] === 0 && !shown.has(rows.sha256[row]) && !own.has(id as ImageId),
      ),
      ...{ like, unlike, likeUnits, top },
    })
    return {
      found: Array.from(ids, (id, i) => ({ imageId: id as ImageId, score: scores[i]! })),
      ...{ images, unknown },
    }
  }

  fileOf(datasetId: number, pictureId: number): AskedFile | null {
    const picture = this.sheets.get(datasetId as DatasetId)?.pictures.get(pictureId)
    return picture === undefined || picture.file === null || picture.read === null
      ? null
      : { file: picture.file, sha256: picture.read.sha256 }
  }

  async whenIdle({ datasetId }: OfDataset): Promise<AskingState> {
    const sheet = this.sheetOf(datasetId)
    while (sheet.work !== null) await sheet.work.ended
    return sheet.state
  }

  async close(): Promise<void> {
    for (const datasetId of this.sheets.keys()) {
      await this.cancel({ datasetId })
      await this.forgetPasted(this.sheetOf(datasetId))
    }
    this.tell.stop()
    await this.predictor.close()
  }

  private async forgetPasted(sheet: Sheet): Promise<void> {
    const folder = sheet.pastedFolder
    sheet.pastedFolder = null
    if (folder !== null) await rm(folder, { recursive: true, force: true })
  }

  private sheetOf(datasetId: DatasetId): Sheet {
    const sheet = this.sheets.get(datasetId) ?? emptySheet(datasetId)
    this.sheets.set(datasetId, sheet)
    return sheet
  }

  private put(
    sheet: Sheet,
    picture: Pick<SheetPicture, 'name' | 'file'> &
      Partial<Pick<SheetPicture, 'imageId' | 'leftOut'>>,
  ): void {
    const id = this.nextId++
    const { name, file, imageId = null, leftOut = null } = picture
    sheet.pictures.set(id, { ...{ id, name, file, imageId, leftOut }, read: null, answer: null })
  }

  /** Every change of pictures or answers goes through here; the window hears of each. */
  private change(sheet: Sheet, change: Partial<AskingState>): void {
    const runId = change.runId === undefined ? sheet.state.runId : change.runId
    let waiting = 0
    for (const { leftOut, answer } of sheet.pictures.values()) {
      if (leftOut === null && answer?.runId !== runId) waiting++
    }
    sheet.state = {
      ...sheet.state,
      ...change,
      revision: sheet.state.revision + 1,
      pictures: sheet.pictures.size,
      waiting,
    }
    this.untold.add(sheet)
    this.tell()
  }

  /** Progress alone: what is shown of the pictures stays. */
  private progress(sheet: Sheet, change: Pick<AskingState, 'phase' | 'done' | 'total'>): void {
    sheet.state = { ...sheet.state, ...change }
    this.untold.add(sheet)
    this.tell()
  }

  /** One thing after the other; answers once it has begun or waits. */
  private async work(
    { datasetId, runId }: Asking,
    gather: (sheet: Sheet, signal: AbortSignal) => Promise<void>,
  ): Promise<true> {
    const sheet = this.sheetOf(datasetId)
    // What is wrong with the model is said before anything is read.
    await this.open(runId)
    const begin = (): Promise<void> => {
      const controller = new AbortController()
      const ended = this.answerAll(sheet, runId, gather, controller).finally(() => {
        sheet.work = null
        void sheet.waiting.shift()?.()
      })
      sheet.work = { controller, ended }
      return ended
    }
    if (sheet.work === null) void begin()
    else sheet.waiting.push(begin)
    return true
  }

  private async answerAll(
    sheet: Sheet,
    runId: RunId,
    gather: (sheet: Sheet, signal: AbortSignal) => Promise<void>,
    controller: AbortController,
  ): Promise<void> {
    const { jobs, nameOf } = this.options
    const { datasetId } = sheet
    const { signal } = controller
    const job = jobs.start({
      ...{ kind: 'prediction', subject: nameOf(datasetId), datasetId },
      cancel: () => controller.abort(),
    })
    try {
      this.change(sheet, { phase: 'reading', done: 0, total: 0, runId, error: null })
      await gather(sheet, signal)
      if (!signal.aborted) await this.read(sheet, job, signal)
      if (!signal.aborted) await this.answerOwn(sheet, runId)
      if (!signal.aborted) await this.embed(sheet, { runId, job, signal })
      if (signal.aborted) job.cancelled()
      else job.finished()
      this.change(sheet, { phase: 'idle', done: 0, total: 0 })
    } catch (error) {
      const { code, message } = serializeError(error)
      if (signal.aborted) job.cancelled()
      else job.failed(error)
      this.change(sheet, {
        ...{ phase: 'idle', done: 0, total: 0 },
        error: signal.aborted ? null : { code, message },
      })
    }
  }

  /** Contents, size and thumbnail of files that were not read yet. */
  private async read(sheet: Sheet, job: JobHandle, signal: AbortSignal): Promise<void> {
    const { workspace, workersFolder, startProcess = startNodeProcess } = this.options
    const unread = [...sheet.pictures.values()].filter(
      ({ file, read, leftOut }) => file !== null && read === null && leftOut === null,
    )
    if (unread.length === 0) return
    const pool = createThumbnailPool({
      thumbnailsFolder: join(workspace.cacheFolder, 'thumbnails'),
      ...{ workersFolder, startProcess, workers: 2, givesWay: true },
    })
    let done = 0
    let notPictures = 0
    const batches = Array.from({ length: Math.ceil(unread.length / filesAtOnce) }, (_, at) =>
      unread.slice(at * filesAtOnce, (at + 1) * filesAtOnce),
    )
    const readBatch = async (batch: readonly SheetPicture[]): Promise<void> => {
      const results = await pool.read(batch.map(({ file }) => file!))
      for (const [i, picture] of batch.entries()) {
        const result = results[i]!
        if (result.kind === 'leftOut') picture.leftOut = result.reason
        else if (result.kind === 'image') {
          const { size, mtimeMs } = await stat(picture.file!).catch(() => ({ size: 0, mtimeMs: 0 }))
          picture.read = { ...result, bytes: size, modifiedAt: Math.round(mtimeMs) }
        } else {
          sheet.pictures.delete(picture.id)
          notPictures++
        }
      }
      done += batch.length
      job.progress(done, unread.length)
      this.progress(sheet, { phase: 'reading', done, total: unread.length })
    }
    try {
      const lanes = [0, 1].map(async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          if (signal.aborted) return
          await readBatch(batch)
        }
      })
      await Promise.all(lanes)
    } finally {
      await pool.close()
    }
    this.change(sheet, { notPictures: sheet.state.notPictures + notPictures })
  }

  /** Images of the set have embeddings of the run, unless they are newer. */
  private async answerOwn(sheet: Sheet, runId: RunId): Promise<void> {
    const job = await this.jobOf(runId)
    const open = this.unanswered(sheet, runId).filter(({ imageId }) => imageId !== null)
    if (open.length === 0) return
    const { ids } = await loadSplits(job.runFolder)
    const known = new Set(ids)
    const byImage = new Map(open.map((picture) => [picture.imageId as number, picture]))
    const asked = Uint32Array.from([...byImage.keys()].filter((id) => known.has(id)))
    if (asked.length === 0) return
    const columns = await this.predictor.ask(job, {
      kind: 'predict',
      folder: job.runFolder,
      ids: asked,
    })
    keepAnswers(columns, runId, (id) => byImage.get(id))
    this.change(sheet, {})
  }

  private async embed(
    sheet: Sheet,
    { runId, job, signal }: { runId: RunId; job: JobHandle; signal: AbortSignal },
  ): Promise<void> {
    const open = this.unanswered(sheet, runId)
    if (open.length === 0) return
    const folder = makeTemporaryFolder('embed')
    try {
      const places = await this.jobOf(runId)
      const images = await this.sentImages(open)
      const embedded = await this.options.training.embed({
        ...{ datasetId: sheet.datasetId, images, modelFolder: places.modelFolder },
        ...{ outputFolder: folder, signal },
        onProgress: (stage, done, total) => {
          const phase = stage === 'features' ? 'features' : 'embedding'
          job.progress(done, total)
          this.progress(sheet, { phase, done, total })
        },
      })
      if (embedded === null || signal.aborted) return
      const columns = await this.predictor.ask(places, { kind: 'predict', folder, ids: null })
      keepAnswers(columns, runId, (id) => sheet.pictures.get(id))
      // What could be read for a thumbnail and not now.
      for (const picture of open) {
        if (picture.answer?.runId !== runId) picture.leftOut ??= 'unreadable'
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  private unanswered(sheet: Sheet, runId: RunId): SheetPicture[] {
    return [...sheet.pictures.values()].filter(
      ({ leftOut, answer, file, read }) =>
        leftOut === null && answer?.runId !== runId && (file === null || read !== null),
    )
  }

  /** Pictures as a job of embedding takes them, by their numbers in the sheet. */
  private async sentImages(pictures: readonly SheetPicture[]): Promise<SentImages> {
    const { store, workspace } = this.options
    const sha256: string[] = []
    const paths: string[] = []
    for (const { file, imageId, read } of pictures) {
      const location = imageId === null ? undefined : await store.images.location(imageId)
      const place = location === undefined ? null : placeOfImage(workspace, location)
      sha256.push(read?.sha256 ?? location?.sha256 ?? '')
      paths.push(
        file ?? (place === null ? '' : join(place.folder, ...place.relativePath.split('/'))),
      )
    }
    return { ids: Uint32Array.from(pictures, ({ id }) => id), sha256, paths }
  }

  private async labelsOf(datasetId: DatasetId): Promise<ReadonlyMap<number, string>> {
    const { store } = this.options
    const rows = await store.images.trainingRows(datasetId)
    const names = await store.labels.names(datasetId)
    const labels = new Map<number, string>()
    rows.ids.forEach((id, row) => {
      const name = names.get(rows.labelIds[row]!)
      if (name !== undefined) labels.set(id, name)
    })
    return labels
  }

  private async referencesOf(
    runId: RunId,
  ): Promise<{ readonly model: OpenModel; readonly today: ReferencesToday }> {
    const model = await this.open(runId)
    return { model, today: await referencesToday(this.options.store, model.datasetId, model) }
  }

  private async jobOf(runId: RunId): Promise<PredictorJob> {
    const folder = runFolder(this.options.workspace, runId)
    return { runFolder: folder, modelFolder: join(folder, 'model') }
  }

  private async open(runId: RunId): Promise<OpenModel> {
    if (this.lastModel?.runId === runId) return this.lastModel
    const { store } = this.options
    const run = await store.runs.find(runId)
    if (run === undefined) {
      throw new AppError('notFound', `There is no run ${runId} any more. Choose another run.`, {
        run: runId,
      })
    }
    const answer = await this.predictor.ask(await this.jobOf(runId), { kind: 'model' })
    this.lastModel = { ...answer, runId, datasetId: run.datasetId }
    return this.lastModel
  }
}

function keepAnswers(
  columns: PredictedColumns,
  runId: RunId,
  pictureOf: (id: number) => SheetPicture | undefined,
): void {
  const { ids, labels, confidences, strangenesses, neighbours, rows, distances, units } = columns
  const size = ids.length === 0 ? 0 : units.length / ids.length
  ids.forEach((id, i) => {
    const picture = pictureOf(id)
    if (picture === undefined) return
    picture.answer = {
      runId,
      label: labels[i]!,
      confidence: confidences[i]!,
      strangeness: strangenesses[i]!,
      rows: rows.slice(i * neighbours, (i + 1) * neighbours),
      distances: distances.slice(i * neighbours, (i + 1) * neighbours),
      unit: units.slice(i * size, (i + 1) * size),
    }
  })
}
