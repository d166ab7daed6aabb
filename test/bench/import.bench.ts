/**
 * `npm run bench -- import [--images 2000] [--json]`: a folder of JPEGs of about 800x600 becomes
 * rows, hashes and thumbnails; beside it sharp alone making the same thumbnails with all cores, in
 * the same run. Also the time to the first rows, a rescan where nothing changed, and memory.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { createRandom } from '../../src/core/math/random'
import { createDatasetService } from '../../src/main/dataset/datasetService'
import { openStore } from '../../src/main/db/store'
import { workspaceIn } from '../../src/main/workspace'
import { buildWorkers } from '../integration/dataset/builtWorkers'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
})
const imageCount = Number(values.images)
const classCount = 50

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'))
  const pictures = join(folder, 'pictures')
  try {
    await makePictures(pictures)
    const workers = await buildWorkers()
    const workspace = workspaceIn(join(folder, 'user data'))
    const store = await openStore(workspace.databaseFile)
    let firstRowsMs = 0
    let startedAt = 0
    const service = createDatasetService({
      store,
      workspace,
      workersFolder: workers.folder,
      events: {
        changed: ({ imageCount: count }) => {
          if (count > 0 && firstRowsMs === 0) firstRowsMs = performance.now() - startedAt
        },
      },
    })
    // Twice and in turn, so that a machine that slows down slows both.
    const alone = [await sharpAlone(folder, pictures)]
    const memory: number[] = []
    const sampler = setInterval(() => memory.push(process.memoryUsage.rss() / 2 ** 20), 250)
    startedAt = performance.now()
    const { finished } = await service.importFolder(pictures)
    const report = await finished
    const importMs = performance.now() - startedAt
    clearInterval(sampler)
    alone.push(await sharpAlone(folder, pictures))
    startedAt = performance.now()
    const second = await (await service.importFolder(pictures)).finished
    const rescanMs = performance.now() - startedAt
    if (report.added !== imageCount || second.unchanged !== imageCount)
      throw new Error('wrong counts')
    await store.close()
    await workers.dispose()

    const aloneMs = Math.min(...alone)
    const half = memory.slice(Math.floor(memory.length / 2))
    const result = {
      name: 'import',
      machine: {
        cpu: cpus()[0]?.model ?? '',
        cores: availableParallelism(),
        node: process.version,
      },
      images: imageCount,
      imagesPerSecond: (imageCount / importMs) * 1000,
      sharpAloneImagesPerSecond: (imageCount / aloneMs) * 1000,
      timesSharpAlone: importMs / aloneMs,
      firstRowsMs,
      rescanMs,
      residentMiB: { middle: half[0] ?? 0, end: memory.at(-1) ?? 0, most: Math.max(...memory) },
    }
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
    else
      console.table({ ...result, machine: result.machine.cpu, residentMiB: result.residentMiB.end })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Read, SHA-256, 256 px WebP as the import makes it, written: nothing else. */
async function sharpAlone(folder: string, pictures: string): Promise<number> {
  sharp.concurrency(1)
  sharp.cache(false)
  const target = join(folder, 'alone')
  await mkdir(target, { recursive: true })
  const names = (await readdir(pictures, { recursive: true })).filter((name) =>
    name.endsWith('.jpg'),
  )
  const started = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      while (next < names.length) {
        const index = next
        next += 1
        const bytes = await readFile(join(pictures, names[index]!))
        createHash('sha256').update(bytes).digest('hex')
        const webp = await sharp(bytes)
          .autoOrient()
          .resize(256, 256, { fit: 'inside', withoutEnlargement: true })
          .webp({ quality: 80, effort: 0 })
          .toBuffer()
        await writeFile(join(target, `${index}.webp`), webp)
      }
    }),
  )
  const took = performance.now() - started
  await rm(target, { recursive: true })
  return took
}

/** Noise blown up and sharpened: about as large as a photograph of its size. */
async function makePictures(pictures: string): Promise<void> {
  const random = createRandom(1)
  const bases: Buffer[] = []
  for (let base = 0; base < 40; base += 1) {
    const small = Buffer.from(Uint8Array.from({ length: 50 * 38 * 3 }, () => random.integer(256)))
    const noise = Buffer.from(Uint8Array.from({ length: 800 * 600 * 3 }, () => random.integer(40)))
    bases.push(
      await sharp(small, { raw: { width: 50, height: 38, channels: 3 } })
        .resize(800, 600, { fit: 'fill' })
        .composite([{ input: noise, raw: { width: 800, height: 600, channels: 3 }, blend: 'add' }])
        .jpeg({ quality: 75 })
        .toBuffer(),
    )
  }
  for (let image = 0; image < imageCount; image += 1) {
    const label = join(pictures, `class ${image % classCount}`)
    await mkdir(label, { recursive: true })
    // A comment after the end makes contents differ at the cost of nothing.
    const contents = Buffer.concat([bases[image % bases.length]!, Buffer.from(String(image))])
    await writeFile(join(label, `${image}.jpg`), contents)
  }
}

void main()
