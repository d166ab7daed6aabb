/**
 * `npm run bench -- export [--images 1000000] [--dimension 128] [--formats csv,npy] [--json]`: writes
 * a run of that size in each format, each in a process of its own: seconds, size of the files and
 * most resident memory. Ends with status 1 where one takes 1.5 GB or more.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../../src/core/math/random'
import { openStore } from '../../src/main/db/store'
import { exportEmbeddings } from '../../src/main/exporting/embeddingExport'
import { embeddingFormats } from '../../src/main/exporting/formats'
import { runFolder, workspaceIn } from '../../src/main/workspace'
import type { ExportSettings } from '../../src/shared/model/embeddingExport'
import type { RunId } from '../../src/shared/model/ids'
import type { TrainingOptions } from '../../src/shared/model/training'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    dimension: { type: 'string', default: '128' },
    formats: { type: 'string' },
    json: { type: 'boolean', default: false },
    /** What this process is for, in the folder that follows. */
    make: { type: 'string' },
    write: { type: 'string' },
    format: { type: 'string' },
  },
})
const imageCount = Number(values.images)
const dimension = Number(values.dimension)
const mostMegabytes = 1500

/** Parquet in both of its layouts. */
const jobs = embeddingFormats.names
  .flatMap((name) => (name === 'parquet' ? ['parquet:list', 'parquet:columns'] : [name]))
  .filter((job) => values.formats?.split(',').includes(job.split(':')[0]!) ?? true)

/** Images and a run of them, added in parts so that only the database grows. */
async function make(folder: string): Promise<void> {
  const workspace = workspaceIn(folder)
  await mkdir(folder, { recursive: true })
  const store = await openStore(workspace.databaseFile)
  const datasetId = await store.datasets.ensure('/pictures', 'bench', 1000)
  const atOnce = 20_000
  for (let start = 0; start < imageCount; start += atOnce) {
    await store.database.transaction(async (transaction) => {
      const label = `class ${String(start / atOnce).padStart(3, '0')}`
      const labelId = await store.labels.ensureImported(transaction, datasetId, label)
      const images = Array.from({ length: Math.min(atOnce, imageCount - start) }, (_, i) => ({
        relativePath: `${label}/picture ${String(start + i).padStart(8, '0')}.png`,
        ...{ bytes: 100 + i, modifiedAt: 1_700_000_000_000, widthPx: 64, heightPx: 48 },
        sha256: (start + i).toString(16).padStart(64, '0'),
        perceptualHash: (start + i).toString(16).padStart(16, '0'),
        ...{ format: 'png', labelId, labelSource: 0 as const },
      }))
      await store.images.save(transaction, datasetId, images, 2000)
    })
  }
  const { ids } = await store.images.columns(datasetId, {}, 'path')
  const runId = await store.runs.create(datasetId, {} as TrainingOptions, 1)
  const run = runFolder(workspace, runId)
  await mkdir(run, { recursive: true })
  await writeFile(join(run, 'ids.u32'), new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength))
  await writeFile(join(run, 'splits.u8'), new Uint8Array(ids.length))
  const random = createRandom('export')
  const rows = Float32Array.from({ length: 1024 * dimension }, () => random.normal() / 11)
  const file = await open(join(run, 'embeddings.f32'), 'w')
  for (let start = 0; start < ids.length; start += 1024) {
    const count = Math.min(1024, ids.length - start) * dimension
    await file.writeFile(new Uint8Array(rows.buffer, 0, 4 * count))
  }
  await file.close()
  await store.runs.update(runId, { hasEmbeddings: true, status: 'finished' })
  await store.close()
}

interface Figures {
  readonly seconds: number
  readonly megabytes: number
  readonly mostResidentMegabytes: number
}

async function write(folder: string, job: string): Promise<Figures> {
  const workspace = workspaceIn(folder)
  const store = await openStore(workspace.databaseFile)
  const [format, layout] = job.split(':') as [string, ExportSettings['layout'] | undefined]
  const out = join(folder, 'out')
  await mkdir(out)
  const started = performance.now()
  await exportEmbeddings({
    ...{ store, workspace, runId: 1 as RunId, format, file: join(out, 'embeddings') },
    settings: layout === undefined ? {} : { layout },
  })
  const seconds = (performance.now() - started) / 1000
  await store.close()
  let bytes = 0
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  await rm(out, { recursive: true })
  const mostResidentMegabytes = process.resourceUsage().maxRSS / 1000
  return { seconds, megabytes: bytes / 1e6, mostResidentMegabytes }
}

/** This file again, in a process of its own. */
const again = (...parameters: readonly string[]): string =>
  execFileSync(process.execPath, [...process.execArgv, process.argv[1]!, ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

async function main(): Promise<void> {
  if (values.make !== undefined) return make(values.make)
  if (values.write !== undefined) {
    process.stdout.write(JSON.stringify(await write(values.write, values.format!)))
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'))
  try {
    const size = ['--images', String(imageCount), '--dimension', String(dimension)]
    again('--make', folder, ...size)
    const figures: Record<string, Figures> = {}
    for (const job of jobs) {
      figures[job] = JSON.parse(again('--write', folder, '--format', job)) as Figures
    }
    const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }
    if (values.json) {
      const all = { name: 'export', machine, images: imageCount, dimension, figures }
      process.stdout.write(`${JSON.stringify(all)}\n`)
    } else console.table(figures)
    const most = Math.max(...Object.values(figures).map((one) => one.mostResidentMegabytes))
    if (most >= mostMegabytes) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

void main()
