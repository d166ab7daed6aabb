import { dimensionOf, findExtractor, layersOf, passesPerImage } from '../../core/plan/features'
import { readWork } from '../../core/work/workAmounts'
import type { ExtractorLayer } from '../../shared/model/extractor'
import type { TrainingOptions } from '../../shared/model/training'
import type { Backend } from '../backend/backend'
import type { OpenOwnSession } from './ownNetworks/ownSession'
import { paceOf, walkUnlessCancelled } from '../../core/steps'
import { thread } from '../training/thread'
import { extractInPasses } from './extractInPasses'
import { extractors } from './extractors'
import type { Extractor, OpenExtractor } from './extractors/extractor'
import { cachedTaps } from './featureKeys'
import { type FeatureStore, openFeatureStore } from './featureStore'
import { checkAnyReadable, type LoadedImages, type LoadingReport } from './loadedImages'
import { inputOfFeatures } from './modelFeatures'
import type { PictureVariation } from '../../core/augmentation/pictureChange'
import type { PictureBatch } from './decodeBatch'
import { decodeInBatches } from './decodeInBatches'
import type { JobImages } from './pictures'

const featureBatch = 32

/**
 * Frozen features of all images: from the cache where they are known, else computed and put
 * there. Decoding overlaps with the network. Null when it was cancelled; what was computed stays
 * in the cache.
 */
export async function loadFeatures(
  images: JobImages,
  context: FeatureContext &
    Pick<TrainingOptions, 'features'> & {
      /** Absent: that of earlier runs. */
      readonly extractor?: string | undefined
    },
  report: LoadingReport,
): Promise<LoadedImages | null> {
  const extractor = findExtractor(extractors, context.extractor)
  const layers = layersOf(extractor, context.features)
  const loaded = await loadLayers(images, { extractor, layers }, context, report)
  return loaded === null ? null : { ...loaded, input: inputOfFeatures(extractor, layers) }
}

/** What features are loaded with. */
export interface FeatureContext {
  readonly backend: Backend
  readonly openOnnx?: OpenOwnSession | undefined
  /** Holds `node_modules` and `resources`. */
  readonly projectFolder: string
  /** Of the built workers, one of which decodes; absent: this thread. */
  readonly workersFolder?: string | undefined
  /** Null: nothing is looked up and nothing kept. */
  readonly cacheFolder: string | null
  /** Opens a network that stays open for the next pictures; absent: it is opened for these alone. */
  readonly openNetwork?: (
    extractor: Extractor,
    layers: readonly ExtractorLayer[],
  ) => Promise<Pick<OpenExtractor, 'passRows' | 'extract'>>
  /** Features beyond this stay in the files of the cache. */
  readonly memoryBytes?: number
  /** How the pictures are read; absent: as they are. */
  readonly variation?: PictureVariation | null
}

/** {@link loadFeatures} of layers of a network, which may be maps of it. */
export async function loadLayers(
  images: JobImages,
  {
    extractor,
    layers,
  }: { readonly extractor: Extractor; readonly layers: readonly ExtractorLayer[] },
  context: FeatureContext,
  report: LoadingReport,
): Promise<Omit<LoadedImages, 'input'> | null> {
  const { variation = null } = context
  // Without a cache nothing that a part gives would be found again.
  const parts = context.cacheFolder === null ? [] : partsOf(layers)
  for (const [p, part] of parts.entries()) {
    // What a part lacks it alone computes; all of it is then in the cache.
    const loaded = await loadFeatures(
      images,
      { ...context, ...part },
      reportOfPart(report, p, parts.length + 1),
    )
    if (loaded === null) return null
  }
  const reportOfRest = reportOfPart(report, parts.length, parts.length + 1)
  const network = lateNetwork(async () => {
    if (context.openNetwork === undefined) return extractor.open(context, layers)
    return { ...(await context.openNetwork(extractor, layers)), dispose: () => {} }
  })
  const store = openFeatureStore(
    images.sha256.length,
    cachedTaps(extractor, layers, variation),
    context,
  )
  try {
    return await readFeatures(
      images,
      {
        ...{ extractor, network, store, variation },
        dimension: dimensionOf(layers),
        workersFolder: context.workersFolder,
      },
      reportOfRest,
    )
  } finally {
    store.endWriting()
    network.dispose()
  }
}

/** A network that is opened when it is asked for: not where the cache has everything. */
interface LateNetwork {
  open(): Promise<OpenExtractor>
  dispose(): void
}

function lateNetwork(open: () => Promise<OpenExtractor>): LateNetwork {
  let opening: Promise<OpenExtractor> | null = null
  let opened: OpenExtractor | null = null
  let isDisposed = false
  return {
    open: () =>
      (opening ??= open().then((found) => {
        opened = found
        // Nobody waited for it.
        if (isDisposed) found.dispose()
        return found
      })),
    dispose() {
      isDisposed = true
      opened?.dispose()
    },
  }
}

/** Networks of one that is several, each with its layers; none where it is one. */
function partsOf(layers: readonly ExtractorLayer[]): readonly ChosenPart[] {
  const names = new Map<string, string[]>()
  for (const { of } of layers) {
    if (of !== undefined) names.set(of.extractor, [...(names.get(of.extractor) ?? []), of.name])
  }
  return [...names].map(([extractor, own]) => ({ extractor, features: own.join('+') }))
}

interface ChosenPart {
  readonly extractor: string
  readonly features: string
}

/** Progress of the part `p` of so many as that of the whole. */
const reportOfPart = (report: LoadingReport, p: number, parts: number): LoadingReport => ({
  ...report,
  onProgress: (done, total) => report.onProgress(Math.floor((p * total + done) / parts), total),
})

async function readFeatures(
  images: JobImages,
  from: {
    readonly extractor: Extractor
    readonly network: LateNetwork
    readonly store: FeatureStore
    readonly dimension: number
    readonly variation: PictureVariation | null
    readonly workersFolder: string | undefined
  },
  report: LoadingReport,
): Promise<Omit<LoadedImages, 'input'> | null> {
  const { extractor, network, store, dimension, workersFolder } = from
  const { sidePx } = extractor.input
  const count = images.sha256.length
  const watch = report.work?.stopwatch()
  const isReadable = await walkFinding(store, images.sha256, report)
  if (isReadable === null) return null
  const missing = firstOfEach(images.sha256, isReadable)
  watch?.lap(readWork(count - missing.length, dimension))
  const unreadable: { id: number; reason: string }[] = []
  let done = count - missing.length
  report.onProgress(done, count)
  const files = missing.map((row) => images.files[row]!)
  const { interruption } = report
  const { signal } = interruption
  const finish = async ({ batch, rows, computing }: Begun): Promise<boolean> => {
    const computed = await computing
    if (computed === null) return false
    store.add(
      rows,
      rows.map((row) => images.sha256[row]!),
      computed,
    )
    for (const row of rows) isReadable[row] = 1
    for (const { index, reason } of batch.failed) {
      unreadable.push({ id: images.ids[missing[index]!]!, reason })
    }
    const tried = batch.indices.length + batch.failed.length
    done += tried
    watch?.lap({ features: tried * passesPerImage(extractor) })
    report.onProgress(done, count)
    await thread.breathe()
    return true
  }
  // The network goes on with a batch while the features of the one before are put away.
  let begun: Begun | null = null
  const varied =
    from.variation === null
      ? null
      : { variation: from.variation, sha256: missing.map((row) => images.sha256[row]!) }
  // It opens while the first pictures are decoded.
  const opening = missing.length === 0 ? null : interruption.unlessCancelled(network.open())
  opening?.catch(() => {})
  let opened: OpenExtractor | null = null
  for await (const batch of decodeInBatches(files, sidePx, featureBatch, {
    ...{ signal, varied, workersFolder },
  })) {
    if (opened === null) {
      opened = await opening
      if (opened === null) return null
      // It belongs to the start that the backend made.
      watch?.lap({ starting: 0 })
    }
    await interruption.whilePaused()
    const rows = batch.indices.map((index) => missing[index]!)
    const computing = extractInPasses(opened, batch.pixels, rows.length, interruption)
    computing.catch(() => {})
    const before = begun
    begun = { batch, rows, computing }
    if (before !== null && !(await finish(before))) return null
  }
  if (begun !== null && !(await finish(begun))) return null
  if (interruption.isCancelled) return null
  copyToTwins(images.sha256, isReadable, (row, twin) => store.copy(row, twin))
  checkAnyReadable({ isReadable, unreadable })
  return { source: store.source(), isReadable, unreadable }
}

/** A batch that the network was given. */
interface Begun {
  readonly batch: PictureBatch
  readonly rows: readonly number[]
  readonly computing: Promise<Float32Array | null>
}

/** What the cache has; null where it was cancelled. */
async function walkFinding(
  store: FeatureStore,
  sha256: readonly string[],
  report: LoadingReport,
): Promise<Uint8Array | null> {
  const count = sha256.length
  const tell = (share: number) => report.onProgress(Math.floor(share * count), count)
  return walkUnlessCancelled(store.find(sha256), paceOf({ ...thread, ...report }, tell))
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
