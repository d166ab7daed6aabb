/**
 * `npm run bench -- database [--images 100000] [--json]`: columns, pages and label changes with
 * their journal on a dataset of that many rows. Milliseconds, best and median of several.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStore } from '../../src/main/db/store'
import { createLabelService } from '../../src/main/labels/labelService'
import { addImages } from '../integration/db/temporaryStore'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
  },
})
const imageCount = Number(values.images)

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'))
  const file = join(folder, 'semblance.sqlite')
  let store = await openStore(file)
  try {
    const { datasetId } = await addImages(
      store,
      '/pictures',
      Array.from({ length: imageCount }, (_, index) => ({
        // In the order of a walk, as an import adds them.
        path: `class ${Math.floor(index / 1000) + 100}/picture ${index + 100_000}.png`,
        label: `class ${Math.floor(index / 1000) + 100}`,
      })),
    )
    const labels = createLabelService({ store })
    const { images } = store
    const all = (await images.columns(datasetId, {}, 'path')).ids
    const some = await store.labels.findByName(datasetId, 'class 107')
    const labelIds = [some!.id]
    let turn = 0
    const assign = (imageIds: Uint32Array) =>
      labels.assign({ datasetId, imageIds, label: `other ${(turn += 1) % 2}` })
    const work: Record<string, () => Promise<unknown>> = {
      'columns by path': () => images.columns(datasetId, {}, 'path'),
      'columns by label': () => images.columns(datasetId, {}, 'label'),
      'columns newest': () => images.columns(datasetId, {}, 'newest'),
      'columns of a label': () => images.columns(datasetId, { labelIds }, 'path'),
      'columns of a search': () => images.columns(datasetId, { search: '77' }, 'path'),
      'rows of 200': () => images.summaries(all.subarray(5000, 5200)),
      'label list': () => labels.list({ datasetId }),
      summary: () => store.datasets.find(datasetId),
      'label of 1 image': () => assign(all.subarray(40, 41)),
      'label of 200 images': () => assign(all.subarray(1000, 1200)),
      'undo and redo of 200': async () => {
        await labels.undo({ datasetId })
        await labels.redo({ datasetId })
      },
      'label of all images': () => assign(all),
      'undo of all images': async () => {
        await labels.undo({ datasetId })
        await labels.redo({ datasetId })
      },
    }
    const figures: Record<string, { bestMs: number; medianMs: number }> = {}
    for (const [name, run] of Object.entries(work)) {
      const times: number[] = []
      const rounds = name.includes('all images') ? 3 : 9
      for (let round = 0; round < rounds; round += 1) {
        const started = performance.now()
        await run()
        times.push(performance.now() - started)
      }
      times.sort((a, b) => a - b)
      figures[name] = { bestMs: times[0]!, medianMs: times[times.length >> 1]! }
    }
    await store.close()
    const started = performance.now()
    store = await openStore(file)
    const openMs = performance.now() - started
    figures['open and check'] = { bestMs: openMs, medianMs: openMs }
    const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }
    if (values.json) {
      process.stdout.write(
        `${JSON.stringify({ name: 'database', machine, images: imageCount, figures })}\n`,
      )
    } else console.table(figures)
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

void main()
