import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../src/core/math/random'
import { Interruption } from '../../src/core/interruption'
import { planTraining } from '../../src/core/plan/plan'
import { describeExtractors } from '../../src/main/features/extractors'
import { shippedSpeeds } from '../../src/main/training/shippedSpeeds'
import type { BackendChoice } from '../../src/shared/model/training'
import { startBackend } from '../../src/main/backend/startBackend'
import { TapCaches } from '../../src/main/features/featureCache'
import { dimensionOf, findExtractor, layersOf } from '../../src/core/plan/features'
import { extractors } from '../../src/main/features/extractors'
import { cachedTaps } from '../../src/main/features/featureKeys'
import type { WorkerMessage } from '../../src/main/training/messages'
import { runTraining } from '../../src/main/training/runTraining'
import type {
  TrainingOptions,
  TrainingRequest,
  TrainingStage,
} from '../../src/shared/model/training'

/** What a stage kept others waiting. */
export interface StageGaps {
  readonly stage: TrainingStage
  readonly seconds: number
  /** Longest time without a turn for messages: how long a pause or a cancellation can take. */
  readonly longestMs: number
  /** The most processor time of all threads within one such time, which a busy machine alters little. */
  readonly mostProcessorMs: number
  /** Longest time in which the progress that is told did not change. */
  readonly stillSeconds: number
  /** How often progress was told, and whether it never went back. */
  readonly told: number
  readonly isRising: boolean
}

/**
 * A whole training in this thread, on features that were made up, with a watch on how long each
 * stage goes without letting messages in.
 */
export async function longestGaps(given: {
  readonly images: number
  readonly labels: number
  readonly backend: BackendChoice
  readonly request?: TrainingRequest
  readonly workersFolder: string
  readonly projectFolder: string
}): Promise<readonly StageGaps[]> {
  const { images, workersFolder, projectFolder } = given
  const folder = await mkdtemp(join(tmpdir(), 'semblance-gaps-'))
  try {
    const labels = Int32Array.from({ length: images }, (_, image) => image % given.labels)
    const { plan, split } = planTraining({
      labels,
      request: given.request ?? {},
      extractors: describeExtractors(),
      featuresCached: () => images,
      speed: shippedSpeeds.tensorflow,
    })
    const cacheFolder = join(folder, 'cache')
    const sha256 = makeFeatures(cacheFolder, plan.options, labels)
    const backend = await startBackend({ preferred: given.backend, workersFolder, projectFolder })
    const runFolder = join(folder, 'run')
    await mkdir(runFolder)
    const watch = new Watch()
    await runTraining({
      job: {
        kind: 'train',
        images: {
          ids: Uint32Array.from(labels, (_, image) => image + 1),
          sha256,
          files: sha256.map((name) => ({ thumbnail: name, original: join(folder, name) })),
        },
        labels,
        labelKeys: Array.from({ length: given.labels }, (_, label) => `label ${label}`),
        labelNames: Array.from({ length: given.labels }, (_, label) => `label ${label}`),
        paths: sha256,
        groups: Uint32Array.from(labels.keys()),
        split,
        options: plan.options,
        backend: given.backend,
        runFolder,
        cacheFolder,
        workersFolder,
        projectFolder,
        checkpoint: null,
      },
      backend,
      interruption: new Interruption(),
      post: (message) => watch.hear(message),
    })
    backend.dispose()
    return watch.end()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Features of each label around a place of its own, in the cache. */
function makeFeatures(
  cacheFolder: string,
  options: Pick<TrainingOptions, 'extractor' | 'features'>,
  labels: Int32Array,
): string[] {
  const extractor = findExtractor(extractors, options.extractor)
  const layers = layersOf(extractor, options.features)
  const taps = cachedTaps(extractor, layers)
  const rowSize = dimensionOf(layers)
  const caches = new TapCaches(cacheFolder, taps)
  const random = createRandom('made up features')
  const places = Array.from({ length: Math.max(...labels) + 1 }, () =>
    Float32Array.from({ length: rowSize }, () => random.normal()),
  )
  // Of a long row of numbers each image takes a part from a place of its own.
  const noise = Float32Array.from({ length: rowSize + 8192 }, () => random.normal())
  const names = Array.from(labels, (_, image) =>
    createHash('sha256').update(String(image)).digest('hex'),
  )
  const block = 512
  for (let from = 0; from < labels.length; from += block) {
    const rows = Math.min(block, labels.length - from)
    const data = new Float32Array(rows * rowSize)
    for (let row = 0; row < rows; row++) {
      const place = places[labels[from + row]!]!
      const shift = random.integer(8192)
      const scale = 1 + random.next()
      for (let k = 0; k < rowSize; k++) {
        data[row * rowSize + k] = place[k]! + scale * 3 * noise[shift + k]!
      }
    }
    caches.append(names.slice(from, from + rows), data)
  }
  caches.close()
  return names
}

/** Takes a turn whenever the thread gives one, and notes the longest times between two. */
class Watch {
  private readonly stages = new Map<
    TrainingStage,
    { -readonly [Key in keyof StageGaps]: StageGaps[Key] }
  >()
  private stage: TrainingStage = 'preparing'
  private turnAt = performance.now()
  private turnUsage = process.cpuUsage()
  private movedAt = performance.now()
  private told = ''
  private share = 0
  private isOn = true

  constructor() {
    const turn = (): void => {
      this.note()
      if (this.isOn) setImmediate(turn)
    }
    setImmediate(turn)
  }

  hear(message: WorkerMessage): void {
    const isStage = message.kind === 'stage'
    if (isStage && message.stage !== this.stage) {
      this.note()
      this.stage = message.stage
      this.share = 0
    }
    const told = isStage
      ? `${message.stage} ${message.done} ${message.total}`
      : message.kind === 'steps'
        ? `step ${message.steps.at(-1)?.step}`
        : this.told
    if (told === this.told) return
    if (isStage) {
      const entry = this.entry()
      const share = message.done / Math.max(1, message.total)
      entry.told++
      if (share < this.share) entry.isRising = false
      this.share = share
    }
    this.still()
    this.told = told
    this.movedAt = performance.now()
  }

  end(): readonly StageGaps[] {
    this.note()
    this.isOn = false
    return [...this.stages.values()]
  }

  private entry() {
    const known = this.stages.get(this.stage)
    if (known !== undefined) return known
    const { stage } = this
    const fresh = {
      stage,
      seconds: 0,
      longestMs: 0,
      mostProcessorMs: 0,
      stillSeconds: 0,
      told: 0,
      isRising: true,
    }
    this.stages.set(stage, fresh)
    return fresh
  }

  private still(): void {
    const entry = this.entry()
    entry.stillSeconds = Math.max(entry.stillSeconds, (performance.now() - this.movedAt) / 1000)
  }

  private note(): void {
    const now = performance.now()
    const { user, system } = process.cpuUsage(this.turnUsage)
    const entry = this.entry()
    entry.seconds += (now - this.turnAt) / 1000
    entry.longestMs = Math.max(entry.longestMs, now - this.turnAt)
    entry.mostProcessorMs = Math.max(entry.mostProcessorMs, (user + system) / 1000)
    this.still()
    this.turnAt = performance.now()
    this.turnUsage = process.cpuUsage()
  }
}
