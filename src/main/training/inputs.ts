import { tapsOf } from '../../core/training/features'
import { featureSource, type InputSource } from '../../core/training/model'
import { pixelSource } from '../../core/training/pixels'
import { AppError } from '../../shared/errors'
import type { Backend } from '../backend/backend'
import {
  extractorId,
  findFrozenWeights,
  type FrozenExtractor,
  loadFrozenExtractor,
} from '../backend/frozenExtractor'
import { type CachedTap, TapCaches } from './featureCache'
import type { JobImages } from './messages'
import type { ModelInput } from './modelFiles'
import { decodeInBatches } from './pictures'

/** The images of a job as numbers. */
export interface JobInputs {
  readonly source: InputSource
  /** The same numbers, where they are features. */
  readonly features: Float32Array | null
  readonly input: ModelInput
  /** For each image of the job 1 where its row holds something. */
  readonly isReadable: Uint8Array
  readonly unreadable: readonly { readonly id: number; readonly reason: string }[]
}

export interface InputReport {
  readonly onProgress: (done: number, total: number) => void
  readonly isCancelled: () => boolean
  readonly whilePaused: () => Promise<void>
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
    readonly projectFolder: string
    readonly cacheFolder: string
  },
  report: InputReport,
): Promise<JobInputs | null> {
  const extractor = await loadFrozenExtractor({
    weightsFolder: findFrozenWeights(context.projectFolder),
    backend: context.backend,
    taps: tapsOf(context.features),
  })
  const cache = new TapCaches(context.cacheFolder, cachedTaps(context.features))
  try {
    return await readFeatures(images, extractor, cache, report)
  } finally {
    cache.close()
    extractor.dispose()
  }
}

async function readFeatures(
  images: JobImages,
  extractor: FrozenExtractor,
  cache: TapCaches,
  report: InputReport,
): Promise<JobInputs | null> {
  const { dimension, imageSizePx } = extractor
  const count = images.sha256.length
  const features = new Float32Array(count * dimension)
  const isReadable = cache.read(images.sha256, features)
  const missing = firstOfEach(images.sha256, isReadable)
  const unreadable: { id: number; reason: string }[] = []
  let done = count - missing.length
  report.onProgress(done, count)
  const files = missing.map((row) => images.files[row]!)
  for await (const batch of decodeInBatches(files, imageSizePx, featureBatch)) {
    await report.whilePaused()
    if (report.isCancelled()) return null
    const rows = batch.indices.map((index) => missing[index]!)
    const computed = extractor.extract(batch.pixels, rows.length)
    remember(
      cache,
      rows.map((row) => images.sha256[row]!),
      computed,
    )
    rows.forEach((row, i) => {
      features.set(computed.subarray(i * dimension, (i + 1) * dimension), row * dimension)
      isReadable[row] = 1
    })
    for (const { index, reason } of batch.failed) {
      unreadable.push({ id: images.ids[missing[index]!]!, reason })
    }
    done += batch.indices.length + batch.failed.length
    report.onProgress(done, count)
    await new Promise((resolve) => setImmediate(resolve))
  }
  copyToTwins(images.sha256, features, dimension, isReadable)
  checkAnyReadable(isReadable, unreadable)
  return {
    source: featureSource(features, dimension),
    features,
    input: { kind: 'features', extractor: extractor.id },
    isReadable,
    unreadable,
  }
}

/** A full disk must not stop training: the features are in memory all the same. */
function remember(cache: TapCaches, sha256: readonly string[], features: Float32Array): void {
  try {
    cache.append(sha256, features)
  } catch {
    cache.close()
  }
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
  features: Float32Array,
  dimension: number,
  isReadable: Uint8Array,
): void {
  const known = new Map<string, number>()
  sha256.forEach((key, row) => {
    if (isReadable[row] === 1) known.set(key, row)
  })
  sha256.forEach((key, row) => {
    const twin = known.get(key)
    if (isReadable[row] === 1 || twin === undefined) return
    features.copyWithin(row * dimension, twin * dimension, (twin + 1) * dimension)
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
  report.onProgress(0, count)
  for await (const batch of decodeInBatches(images.files, sidePx, 64)) {
    await report.whilePaused()
    if (report.isCancelled()) return null
    batch.indices.forEach((row, i) => {
      pixels.set(batch.pixels.subarray(i * size, (i + 1) * size), row * size)
      isReadable[row] = 1
    })
    for (const { index, reason } of batch.failed) {
      unreadable.push({ id: images.ids[index]!, reason })
    }
    done += batch.indices.length + batch.failed.length
    report.onProgress(done, count)
  }
  checkAnyReadable(isReadable, unreadable)
  return {
    source: pixelSource(pixels, sidePx),
    features: null,
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
