/**
 * `npm run bench -- extract [--backends auto,tensorflow,wasm] [--images 64] [--rounds 2] [--json]`:
 * frozen features a second at 224 px: of the network alone, from decoded pictures, and from JPEG
 * files of 800 x 600 to the cache. `auto` is ONNX Runtime where it runs.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { Interruption } from '../../src/core/interruption'
import { findExtractor, layersOf } from '../../src/core/plan/features'
import { startBackend } from '../../src/main/backend/startBackend'
import { extractInPasses } from '../../src/main/features/extractInPasses'
import { extractors } from '../../src/main/features/extractors'
import { loadFeatures } from '../../src/main/features/loadFeatures'
import type { JobImages } from '../../src/main/features/pictures'
import type { BackendChoice } from '../../src/shared/model/training'
import { measureBackends, projectFolder, workersFolder } from './backends'

const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: 'auto,tensorflow,wasm' },
    images: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
})
const count = Number(values.images)
const extractor = extractors[0]!
const { usual } = extractor.defaultLayers

async function drawJpegs(folder: string): Promise<JobImages> {
  const files: JobImages['files'][number][] = []
  for (let i = 0; i < count; i++) {
    const original = join(folder, `${i}.jpg`)
    const noise = { type: 'gaussian', mean: 90 + (i % 70), sigma: 30 } as const
    await sharp({ create: { width: 800, height: 600, channels: 3, background: '#888', noise } })
      .jpeg({ quality: 80 })
      .toFile(original)
    files.push({ original, thumbnail: join(folder, 'none') })
  }
  const sha256 = files.map(({ original }) => createHash('sha256').update(original).digest('hex'))
  return { ids: Uint32Array.from(files.keys()), sha256, files }
}

/** Images a second of the best round, the first of which warms up. */
async function best(run: (round: number) => Promise<unknown>): Promise<number> {
  let ms = Infinity
  for (let round = 0; round <= Number(values.rounds); round++) {
    const start = performance.now()
    await run(round)
    if (round > 0) ms = Math.min(ms, performance.now() - start)
  }
  return (count / ms) * 1000
}

async function measure(name: BackendChoice) {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'))
  let runsOn: string | null = null
  const backend = await startBackend({
    preferred: name,
    workersFolder,
    projectFolder,
    onFeatures: ({ description }) => (runsOn = description),
  })
  try {
    const images = await drawJpegs(folder)
    const layers = layersOf(findExtractor(extractors, extractor.id), usual)
    const opened = await extractor.open({ backend, projectFolder }, layers)
    const pixels = Uint8Array.from(
      { length: count * extractor.input.sidePx ** 2 * 3 },
      (_, i) => (i * 31) % 251,
    )
    const alone = await best(() => extractInPasses(opened, pixels, count))
    opened.dispose()
    const whole = await best((round) =>
      loadFeatures(
        images,
        {
          ...{ backend, projectFolder, workersFolder, extractor: extractor.id, features: usual },
          cacheFolder: join(folder, `cache-${round}`),
        },
        { interruption: new Interruption(), onProgress() {} },
      ),
    )
    return {
      backend: runsOn ?? backend.report.description,
      networkAlone: alone,
      fromFilesToCache: whole,
      share: whole / alone,
    }
  } finally {
    backend.dispose()
    await rm(folder, { recursive: true, force: true })
  }
}

void measureBackends('extract', values, measure)
