import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportReport, LeftOutFile, SkipRule } from '../../shared/model/dataset'
import { type PictureNote, pictureNotes } from '../../shared/model/importReport'
import { looksAlike } from '../../shared/model/labelName'
import type { DatasetId } from '../../shared/model/ids'
import type { Transaction } from '../db/connection'
import {
  type ImportedImage,
  type KnownImage,
  labelSource,
  type LabelSource,
} from '../db/repositories/imageRepository'
import type { Store } from '../db/store'
import { aborted, atMost, unlessAborted } from '../jobs/unlessAborted'
import { decodingVersion } from '../workspace'
import { adviceFor } from './advice'
import { contentsOf } from './contents'
import { LabelNames } from './labelNames'
import { labelsFileName, readLabelsFile } from './labelsFile'
import { LabelsFileMatch } from './labelsFileMatch'
import { reconcile } from './reconcile'
import { thumbnailName } from '../workspace'
import type { ThumbnailPool } from './thumbnailPool'
import { type FoundFile, walkAhead } from './walk'
import { isWholeThumbnail } from './wholeThumbnail'

export interface ImportProgress {
  readonly done: number
  /** All files of the folder; 0 while they are still being counted. */
  readonly total: number
}

export interface ImportRunOptions {
  readonly store: Store
  readonly pool: ThumbnailPool
  readonly workers: number
  readonly thumbnailsFolder: string
  readonly datasetId: DatasetId
  /** Real path. */
  readonly folder: string
  readonly ignore: ReadonlySet<string>
  /** Links out of the folder are followed. */
  readonly followsLinks: boolean
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: ImportProgress) => void
  /** Rows were written: pictures can be shown. */
  readonly onSaved: () => void
}

/** Files handed to a thread at once; the first go one by one, so that pictures appear soon. */
const filesPerBatch = 4
const rowsPerTransaction = 256
const saveIntervalMs = 250
const maximumLeftOut = 10_000
/** Paths named for each rule that passes over something. */
const firstSkipped = 3
const mostAlike = 100
const maximumNoted = 1_000
/** What is being read when a person cancels has so long to end. */
const lastWaitMs = 500

/** What names a label before it has an id: an image that is not yet stored. */
interface ReadImage extends Omit<ImportedImage, 'labelId'> {
  readonly importLabel: string | null
}

/** One look at a folder: walks, reads what is new or changed, stores it, and tells what it saw. */
export async function runImport(options: ImportRunOptions): Promise<ImportReport> {
  return new ImportRun(options).run()
}

class ImportRun {
  private readonly startedAt = Date.now()
  private readonly leftOut: LeftOutFile[] = []
  private leftOutTotal = 0
  private readonly skipped = { hidden: 0, special: 0, result: 0, notPicture: 0 }
  private readonly skippedFirst: Partial<Record<SkipRule, string[]>> = {}
  private readonly labelNames = new LabelNames()
  private readonly pictures: Partial<Record<PictureNote, { count: number; paths: string[] }>> = {}
  private done = 0
  /** 0 until all files were counted. */
  private total = 0
  private unchanged = 0
  private added = 0
  private labelsFile: LabelsFileMatch | null = null
  private readonly addedPaths: string[] = []
  private importNames: ReadonlyMap<string, number> = new Map()
  private readonly known = new Map<string, KnownImage>()
  private readonly knownContents = new Set<string>()
  private thumbnails: ReadonlySet<string> = new Set()
  /** Known images that are where they were. */
  private readonly inPlace = new Set<number>()
  private readonly unseenFolders: string[] = []
  /** Read, and only after the walk can be said what they are to the images known before. */
  private readonly undecided: ReadImage[] = []
  private rows: ReadImage[] = []
  private savedAt = 0
  private saving: Promise<void> = Promise.resolve()
  /** Unchanged images whose label the folder or labels.csv names differently now. */
  private readonly relabelled = new Map<
    string,
    { label: string | null; source: LabelSource; ids: number[] }
  >()

  constructor(private readonly options: ImportRunOptions) {}

  async run(): Promise<ImportReport> {
    const { store, datasetId, folder } = this.options
    const labelsFile = await readLabelsFile(
      join(folder, labelsFileName),
      this.labelNames,
      this.options.signal,
    )
    if (labelsFile !== null) {
      this.labelsFile = new LabelsFileMatch(labelsFile)
      for (const problem of labelsFile.problems) this.leaveOut(problem)
    }
    for (const image of await store.images.known(datasetId)) {
      this.known.set(image.relativePath, image)
      this.knownContents.add(image.sha256)
    }
    this.importNames = await store.labels.importNames(datasetId)
    if (this.known.size > 0) this.thumbnails = await listThumbnails(this.options.thumbnailsFolder)

    const running = new Set<Promise<void>>()
    let failure: unknown
    let batch: FoundFile[] = []
    let batches = 0
    const dispatch = async () => {
      const files = batch
      batch = []
      batches += 1
      const task = this.read(files)
        .catch((error: unknown) => {
          failure ??= error
        })
        .finally(() => running.delete(task))
      running.add(task)
      if (running.size >= this.options.workers * 2) await Promise.race(running)
    }
    const { signal, ignore, followsLinks } = this.options
    const walking = { signal, ignore, followsLinks, passOver: labelsFileName }
    const events = walkAhead(folder, walking, (files) => {
      this.total = files
      this.advance(0)
    })
    for await (const event of events) {
      if (failure !== undefined || signal?.aborted === true) break
      if (event.kind === 'leftOut') {
        this.leaveOut(event.leftOut)
        if (event.isFolder && event.leftOut.reason === 'unreadable') {
          this.unseenFolders.push(event.leftOut.path)
        }
        this.keepUnseen(event.leftOut)
        continue
      }
      if (event.kind === 'skipped') {
        this.skip(event.rule, event.path)
        continue
      }
      const { file } = event
      if (this.isUnchanged(file)) {
        this.keepInPlace(file)
        this.advance(1)
        continue
      }
      batch.push(file)
      if (batch.length >= (batches < 2 * this.options.workers ? 1 : filesPerBatch)) {
        await dispatch()
      }
    }
    if (batch.length > 0 && failure === undefined && signal?.aborted !== true) await dispatch()
    // A share that does not answer must not hold up a person who gave up.
    if ((await unlessAborted(Promise.all(running), signal)) === aborted) {
      await atMost(Promise.all(running), lastWaitMs)
    }
    this.save()
    await this.saving
    if (failure !== undefined) throw failure as Error
    return this.finish()
  }

  private async read(files: readonly FoundFile[]): Promise<void> {
    const { pool, folder } = this.options
    const results = await pool.read(files.map((file) => join(folder, file.relativePath)))
    for (let index = 0; index < files.length; index += 1) {
      const file = files[index]!
      const result = results[index]!
      if (result.kind === 'leftOut') {
        const { reason, detail } = result
        const leftOut = { path: file.relativePath, reason, detail }
        this.leaveOut(leftOut)
        this.keepUnseen(leftOut)
      } else if (result.kind === 'notImage') {
        this.skip('notPicture', file.relativePath)
      } else if (result.kind === 'image') {
        const { sha256, perceptualHash, widthPx, heightPx, format, notes } = result
        for (const note of notes) this.note(note, file.relativePath)
        const image: ReadImage = {
          ...file,
          sha256,
          perceptualHash,
          widthPx,
          heightPx,
          format,
          ...this.labelOf(file.relativePath),
        }
        if (this.known.has(file.relativePath) || this.knownContents.has(sha256)) {
          this.undecided.push(image)
        } else {
          this.rows.push(image)
          this.addedPaths.push(image.relativePath)
          this.added += 1
        }
      }
    }
    this.advance(files.length)
    const isDue = Date.now() - this.savedAt >= saveIntervalMs
    if (this.rows.length >= rowsPerTransaction || (isDue && this.rows.length > 0)) this.save()
    await this.saving
  }

  /** Writes what was read; batches of rows follow each other. */
  private save(): void {
    const { store, datasetId, onSaved } = this.options
    const rows = this.rows
    if (rows.length === 0) return
    this.rows = []
    this.savedAt = Date.now()
    this.saving = this.saving.then(async () => {
      await store.database.transaction(async (transaction) => {
        const images = await this.withLabelIds(transaction, rows)
        await store.images.save(transaction, datasetId, images, Date.now())
      })
      onSaved()
    })
    // Awaited later; a failure must not end the process before that.
    this.saving.catch(() => {})
  }

  private async finish(): Promise<ImportReport> {
    const { store, datasetId, signal } = this.options
    const cancelled = signal?.aborted === true
    if (!cancelled) await this.matchLabels()
    await this.keepNotes()
    const report = await store.database.transaction(async (transaction) => {
      const counts = cancelled
        ? { changed: 0, moved: 0, removed: 0 }
        : await this.settle(transaction)
      for (const { label, source, ids } of this.relabelled.values()) {
        const id =
          label === null ? null : await store.labels.ensureImported(transaction, datasetId, label)
        await store.images.setImportedLabel(transaction, ids, id, source)
      }
      return counts
    })
    const [duplicates, nearDuplicates, sizes, dataset] = await Promise.all([
      store.images.countDuplicates(datasetId),
      cancelled ? undefined : countNearDuplicates(store, datasetId),
      store.labels.list(datasetId),
      store.datasets.find(datasetId),
    ])
    this.leftOut.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    return {
      datasetId,
      startedAt: this.startedAt,
      durationMs: Date.now() - this.startedAt,
      added: this.added,
      ...report,
      unchanged: this.unchanged,
      duplicates,
      ...(nearDuplicates === undefined ? {} : { nearDuplicates }),
      leftOut: this.leftOut,
      leftOutTotal: this.leftOutTotal,
      skipped: this.skipped,
      skippedFirst: this.skippedFirst,
      pictures: this.pictures,
      ...(cancelled || this.labelsFile === null ? {} : { labelsFile: this.labelsFile.report() }),
      labelNames: {
        alike: looksAlike(sizes)
          .slice(0, mostAlike)
          .map((group) => group.map(({ name }) => name)),
        cleaned: this.labelNames.cleaned(),
        refused: this.labelNames.refused(),
      },
      cancelled,
      advice: adviceFor(
        dataset?.imageCount ?? 0,
        sizes.map((label) => label.imageCount),
      ),
    }
  }

  /** What was said before of images that are as they were. */
  private async keepNotes(): Promise<void> {
    const before = (await this.options.store.datasets.report(this.options.datasetId))?.pictures
    for (const note of pictureNotes) {
      for (const path of before?.[note]?.paths ?? []) {
        const known = this.known.get(path)
        if (known !== undefined && this.inPlace.has(known.id)) this.note(note, path)
      }
      this.pictures[note]?.paths.sort()
    }
  }

  /** Gives rows of labels.csv their images, and known images the label that is theirs now. */
  private async matchLabels(): Promise<void> {
    const { store, datasetId } = this.options
    const known = [...this.known.values()].filter(({ id }) => this.inPlace.has(id))
    const undecided = this.undecided.map((image) => image.relativePath)
    const inPlace = known.map((image) => image.relativePath)
    const labelsFile = this.labelsFile
    await labelsFile?.match([...inPlace, ...this.addedPaths, ...undecided], this.leftOut)
    for (const [at, image] of this.undecided.entries()) {
      this.undecided[at] = { ...image, ...this.labelOf(image.relativePath) }
    }
    for (const image of known) this.relabel(image)
    const isLoose = (path: string) => labelsFile?.looseRow(path) !== undefined
    const late = new Set(this.addedPaths.filter(isLoose))
    if (late.size === 0) return
    for (const image of await store.images.known(datasetId)) {
      if (late.has(image.relativePath)) this.relabel(image)
    }
  }

  /** After the whole folder was seen: what was added, changed, moved, removed. */
  private async settle(
    transaction: Transaction,
  ): Promise<{ changed: number; moved: number; removed: number }> {
    const { store, datasetId } = this.options
    const found = await this.withLabelIds(transaction, this.undecided)
    const result = reconcile(found, [...this.known.values()], (image) => this.isKept(image))
    const gone = result.removed.filter((image) => !image.missing)
    await store.images.setMissing(
      transaction,
      gone.map((image) => image.id),
      true,
    )
    await store.images.move(transaction, datasetId, result.moved)
    await store.images.vacate(
      transaction,
      datasetId,
      result.added.map((image) => image.relativePath),
    )
    const saved = [...result.added, ...result.touched, ...result.changed]
    for (let start = 0; start < saved.length; start += 2000) {
      const slice = saved.slice(start, start + 2000)
      await store.images.save(transaction, datasetId, slice, Date.now())
    }
    const back = result.touched.filter((image) => this.known.get(image.relativePath)?.missing)
    this.added += result.added.length + back.length
    this.unchanged += result.touched.length - back.length
    return {
      changed: result.changed.length,
      moved: result.moved.length,
      removed: gone.length,
    }
  }

  private isKept(image: KnownImage): boolean {
    return (
      this.inPlace.has(image.id) ||
      this.unseenFolders.some(
        (folder) => folder === '.' || image.relativePath.startsWith(`${folder}/`),
      )
    )
  }

  private isUnchanged(file: FoundFile): boolean {
    const known = this.known.get(file.relativePath)
    return (
      known !== undefined &&
      // A missing image's place may have been taken by another file of its size and time.
      !known.missing &&
      known.bytes === file.bytes &&
      known.modifiedAt === file.modifiedAt &&
      this.thumbnails.has(known.sha256) &&
      isWholeThumbnail(join(this.options.thumbnailsFolder, thumbnailName(known.sha256)))
    )
  }

  private keepInPlace(file: FoundFile): void {
    this.inPlace.add(this.known.get(file.relativePath)!.id)
    this.unchanged += 1
  }

  private relabel(image: KnownImage): void {
    const { importLabel: label, labelSource: source } = this.labelOf(image.relativePath)
    if (image.labelSource === labelSource.person) return
    // A name that no import has met yet is undefined here and never what an image has.
    const expected = label === null ? null : this.importNames.get(label)
    if (image.labelId === expected && image.labelSource === source) return
    const key = `${source}${label === null ? '' : `=${label}`}`
    const group = this.relabelled.get(key)
    if (group === undefined) this.relabelled.set(key, { label, source, ids: [image.id] })
    else group.ids.push(image.id)
  }

  /** A file that could not be looked at this time is not a file that is gone. */
  private keepUnseen({ path, reason }: LeftOutFile): void {
    const known = this.known.get(path)
    if (known !== undefined && reason === 'unreadable') this.inPlace.add(known.id)
  }

  private labelOf(relativePath: string): {
    readonly importLabel: string | null
    readonly labelSource: LabelSource
  } {
    const row = this.labelsFile?.rowOf(relativePath)
    if (row !== undefined) return { importLabel: row.label, labelSource: labelSource.csv }
    const slash = relativePath.lastIndexOf('/')
    const importLabel = slash < 0 ? null : this.labelNames.take(relativePath.slice(0, slash))
    return { importLabel, labelSource: labelSource.folder }
  }

  private async withLabelIds(
    transaction: Transaction,
    images: readonly ReadImage[],
  ): Promise<ImportedImage[]> {
    const { store, datasetId } = this.options
    const ids = new Map<string | null, ImportedImage['labelId']>([[null, null]])
    for (const { importLabel } of images) {
      if (importLabel === null || ids.has(importLabel)) continue
      ids.set(importLabel, await store.labels.ensureImported(transaction, datasetId, importLabel))
    }
    return images.map(({ importLabel, ...image }) => ({
      ...image,
      labelId: ids.get(importLabel) ?? null,
    }))
  }

  private skip(rule: SkipRule, path: string): void {
    this.skipped[rule] += 1
    const first = (this.skippedFirst[rule] ??= [])
    if (first.length < firstSkipped) first.push(path)
  }

  private note(note: PictureNote, path: string): void {
    const noted = (this.pictures[note] ??= { count: 0, paths: [] })
    noted.count += 1
    if (noted.paths.length < maximumNoted) noted.paths.push(path)
  }

  private leaveOut(file: LeftOutFile): void {
    this.leftOutTotal += 1
    if (this.leftOut.length < maximumLeftOut) this.leftOut.push(file)
  }

  private advance(count: number): void {
    this.done += count
    this.options.onProgress({ done: this.done, total: this.total })
  }
}

/** Images beyond the first of those that show the same and are different files. */
async function countNearDuplicates(store: Store, datasetId: DatasetId): Promise<number> {
  const { sha256, perceptualHashes, labelIds } = await store.images.trainingRows(datasetId)
  const labels = Int32Array.from(labelIds, (id) => (id === 0 ? -1 : id))
  const contents = await contentsOf({ sha256, looks: perceptualHashes, labels })
  return new Set(sha256).size - new Set(contents).size
}

/** Contents that have a thumbnail: a cache that was emptied is filled again by a rescan. */
async function listThumbnails(folder: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const ending = `.${decodingVersion}.webp`
  const shards = await readdir(folder).catch(() => [])
  for (const shard of shards) {
    for (const name of await readdir(join(folder, shard)).catch(() => [])) {
      if (name.endsWith(ending)) found.add(name.slice(0, -ending.length))
    }
  }
  return found
}
