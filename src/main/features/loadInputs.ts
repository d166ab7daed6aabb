import { tapsOf } from '../../core/plan/features'
import type { Interruption } from '../../core/interruption'
import type { InputSource } from '../../core/inputSource'
import { readWork } from '../../core/plan/workAmounts'
import { pixelSource } from '../../core/loop/pixels'
import { AppError } from '../../shared/errors'
import type { Backend } from '../backend/backend'
import { extractorId, type FrozenExtractor } from '../backend/frozenExtractor'
import type { CachedTap } from './featureCache'
import { type FeatureStore, openFeatureStore } from './featureStore'
import type { JobImages } from '../training/messages'
import type { ModelInput } from '../runs/modelFiles'
import { decodeInBatches } from './pictures'
import { breathe, paceOf } from '../training/trainingContext'
import { walkUnlessCancelled } from '../../core/steps'
import type { StageReport } from '../training/stageReport'

/** The images of a job as numbers. */
export interface JobInputs {
  readonly source: InputSource
  readonly input: ModelInput
  /** For each image of the job 1 where its row holds something. */
  readonly isReadable: Uint8Array
  readonly unreadable: readonly { readonly id: number; readonly reason: string }[]
}

export interface InputReport {
  readonly onProgress: (done: number, total: number) => void
  readonly interruption: Interruption
  /** Is told how long it took; absent: nobody asks. */
  readonly work?: StageReport
}

const featureBatch = 32

/** The caches of a run's features. */
export const cachedTaps = (features: string): readonly CachedTap[] =>
  tapsOf(features).map((tap) => ({ id: extractorId([tap]), dimension: tap.dimension }))

/**
 * Frozen features of all images: from the cache where they are known, else computed and put
 * there. Decoding overlaps with the network. Null when it was cancelled; what was computed stays
 * in the cache.
 */
export async function loadFeatures(
  images: JobImages,
  context: {
    readonly backend: Backend
    /** Taps of the network, see `tapsOf`. */
    readonly features: string
    readonly cacheFolder: string
    /** Features beyond this stay in the files of the cache. */
    readonly memoryBytes?: number
  },
  report: InputReport,
): Promise<JobInputs | null> {
  const watch = report.work?.stopwatch()
  const extractor = await context.backend.loadExtractor(tapsOf(context.features))
  // It belongs to the start that the backend made.
  watch?.lap({ starting: 0 })
  const taps = cachedTaps(context.features)
  const store = openFeatureStore(images.sha256.length, taps, context)
  try {
    return await readFeatures(images, { extractor, store, features: context.features }, report)
  } finally {
    store.endWriting()
    extractor.dispose()
  }
}

async function readFeatures(
  images: JobImages,
  {
    extractor,
    store,
    features,
  }: {
    readonly extractor: FrozenExtractor
    readonly store: FeatureStore
    readonly features: string
  },
  report: InputReport,
): Promise<JobInputs | null> {
  const { imageSizePx } = extractor
  const count = images.sha256.length
  const watch = report.work?.stopwatch()
  const isReadable = await walkFinding(store, images.sha256, report)
  if (isReadable === null) return null
  const missing = firstOfEach(images.sha256, isReadable)
  watch?.lap(readWork(count - missing.length, features))
  const unreadable: { id: number; reason: string }[] = []
  let done = count - missing.length
  report.onProgress(done, count)
  const files = missing.map((row) => images.files[row]!)
  const { interruption } = report
  const { signal } = interruption
  for await (const batch of decodeInBatches(files, imageSizePx, featureBatch, { signal })) {
    await interruption.whilePaused()
    const rows = batch.indices.map((index) => missing[index]!)
    const extracting = extractor.extractSteps(batch.pixels, rows.length)
    const computed = await walkUnlessCancelled(extracting, paceOf(report))
    if (computed === null) return null
    store.add(
      rows,
      rows.map((row) => images.sha256[row]!),
      computed,
    )
    for (const row of rows) isReadable[row] = 1
    for (const { index, reason } of batch.failed) {
      unreadable.push({ id: images.ids[missing[index]!]!, reason })
    }
    done += batch.indices.length + batch.failed.length
    watch?.lap({ features: batch.indices.length + batch.failed.length })
    report.onProgress(done, count)
    await breathe()
  }
  if (interruption.isCancelled) return null
  copyToTwins(images.sha256, isReadable, (row, twin) => store.copy(row, twin))
  checkAnyReadable(isReadable, unreadable)
  return {
    source: store.source(),
    input: { kind: 'features', extractor: extractor.id },
    isReadable,
    unreadable,
  }
}

/** What the cache has; null where it was cancelled. */
async function walkFinding(
  store: FeatureStore,
  sha256: readonly string[],
  report: InputReport,
): Promise<Uint8Array | null> {
  const count = sha256.length
  const tell = (share: number) => report.onProgress(Math.floor(share * count), count)
  return walkUnlessCancelled(store.find(sha256), paceOf(report, tell))
}

/** Rows without features, one for each content. */
function firstOfEach(sha256: readonly string[], isKnown: Uint8Array): number[] {
  const seen = new Set<string>()
  const rows: number[] = []
  sha256.forEach((key, row) => {
    if (isKnown[row] === 1 || seen.has(key)) return
    seen.add(key)
    rows.push(row)
  })
  return rows
}

function copyToTwins(
  sha256: readonly string[],
  isReadable: Uint8Array,
  copy: (row: number, twin: number) => void,
): void {
  const known = new Map<string, number>()
  sha256.forEach((key, row) => {
    if (isReadable[row] === 1) known.set(key, row)
  })
  sha256.forEach((key, row) => {
    const twin = known.get(key)
    if (isReadable[row] === 1 || twin === undefined) return
    copy(row, twin)
    isReadable[row] = 1
  })
}

/** At most this much of pictures is held in memory. */
const pixelBudgetBytes = 2 ** 31 - 1

/** Pictures of all images as bytes. Null when it was cancelled. */
export async function loadPixels(
  images: JobImages,
  sidePx: number,
  report: InputReport,
): Promise<JobInputs | null> {
  const count = images.files.length
  const size = sidePx * sidePx * 3
  if (count * size > pixelBudgetBytes) {
    const fitting = Math.floor(Math.sqrt(pixelBudgetBytes / (3 * count)))
    throw new AppError(
      'outOfMemory',
      `${count} pictures of ${sidePx} x ${sidePx} pixels need more than 2 GB of memory. Choose an image size of at most ${fitting}, or the frozen network.`,
      { images: count, imageSizePx: sidePx },
    )
  }
  const pixels = new Uint8Array(count * size)
  const isReadable = new Uint8Array(count)
  const unreadable: { id: number; reason: string }[] = []
  let done = 0
  const watch = report.work?.stopwatch()
  report.onProgress(0, count)
  const { interruption } = report
  const { signal } = interruption
  for await (const batch of decodeInBatches(images.files, sidePx, 64, { signal })) {
    await interruption.whilePaused()
    batch.indices.forEach((row, i) => {
      pixels.set(batch.pixels.subarray(i * size, (i + 1) * size), row * size)
      isReadable[row] = 1
    })
    for (const { index, reason } of batch.failed) {
      unreadable.push({ id: images.ids[index]!, reason })
    }
    done += batch.indices.length + batch.failed.length
    watch?.lap({ decoding: batch.indices.length + batch.failed.length })
    report.onProgress(done, count)
  }
  if (interruption.isCancelled) return null
  checkAnyReadable(isReadable, unreadable)
  return {
    source: pixelSource(pixels, sidePx),
    input: { kind: 'pixels', sizePx: sidePx },
    isReadable,
    unreadable,
  }
}

function checkAnyReadable(
  isReadable: Uint8Array,
  unreadable: readonly { readonly reason: string }[],
): void {
  if (isReadable.length === 0 || isReadable.includes(1)) return
  throw new AppError(
    'trainingFailed',
    `None of the images could be read (${unreadable[0]?.reason ?? 'no reason given'}). Is the folder still there? Rescan it and train again.`,
  )
}
