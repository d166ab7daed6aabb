/**
 * `npm run bench -- losses [--backend simd|js|wasm|tensorflow|plain] [--json]`: each loss with its miner,
 * from embeddings to gradients, B = 128 and 512, d = 128, classes of 4 images, half-trained
 * embeddings. Milliseconds, best and median of several runs, and the least processor time.
 */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { computeLoss, lossParameters } from '../../src/core/objective/computeLoss'
import { LossMemory } from '../../src/core/objective/memory'
import { createMatrix, type Matrix } from '../../src/core/math/matrix'
import { javascriptProduct, type MatrixProduct } from '../../src/core/math/product'
import { simdProduct } from '../../src/core/math/simdProduct'
import { createRandom } from '../../src/core/math/random'
import type { BackendChoice } from '../../src/shared/model/training'
import { startBackend } from '../../src/main/backend/startBackend'

interface Timed {
  readonly loss: string
  readonly miner: string | null
  readonly batch: number
  readonly bestMs: number
  readonly medianMs: number
  /** Processor time of the best run, all threads: what another process cannot disturb as much. */
  readonly cpuMs: number
}

const dimension = 128
const imagesPerClass = 4
const proxyClasses = 700

const work: readonly { readonly loss: string; readonly miner?: string }[] = [
  { loss: 'contrastive' },
  { loss: 'triplet', miner: 'semiHard' },
  { loss: 'triplet', miner: 'batchHard' },
  { loss: 'triplet' },
  { loss: 'nPair' },
  { loss: 'lifted' },
  { loss: 'liftedHard' },
  { loss: 'generalizedLifted' },
  { loss: 'multiSimilarity', miner: 'multiSimilarity' },
  { loss: 'ntXent' },
  { loss: 'supCon' },
  { loss: 'circle' },
  { loss: 'angular' },
  { loss: 'margin', miner: 'distanceWeighted' },
  { loss: 'tuplet' },
  { loss: 'fastAP' },
  { loss: 'smoothAP' },
  { loss: 'recallAtK' },
  { loss: 'snrContrastive' },
  { loss: 'bpr' },
  { loss: 'tcm' },
  { loss: 'proxyNCA' },
  { loss: 'proxyNCAPlusPlus' },
  { loss: 'proxyAnchor' },
  { loss: 'softTriple' },
  { loss: 'arcFace' },
  { loss: 'subCenterArcFace' },
  { loss: 'cosFace' },
  { loss: 'normalizedSoftmax' },
  { loss: 'crossBatchMemory' },
]

/** Embeddings half-way trained: images lie around the centre of their class. */
function halfTrained(batch: number): { readonly embeddings: Matrix; readonly labels: Int32Array } {
  const random = createRandom('losses')
  const classes = batch / imagesPerClass
  const centers = Float32Array.from({ length: classes * dimension }, () => random.normal())
  const labels = Int32Array.from({ length: batch }, (_, i) => Math.floor(i / imagesPerClass))
  const embeddings = createMatrix(batch, dimension)
  for (let i = 0; i < batch; i++) {
    for (let k = 0; k < dimension; k++) {
      embeddings.data[i * dimension + k] =
        centers[labels[i]! * dimension + k]! + random.normal(0, 1)
    }
  }
  return { embeddings, labels }
}

function time(product: MatrixProduct, batch: number, loss: string, miner?: string): Timed {
  const { embeddings, labels } = halfTrained(batch)
  const random = createRandom(1)
  const sizes = { classCount: proxyClasses, dimension }
  const parameters = Object.fromEntries(
    lossParameters({ name: loss }, sizes).map((p) => [p.name, p.initial(random)]),
  )
  const memory = new LossMemory()
  const step = () =>
    computeLoss({
      embeddings,
      labels,
      loss: { name: loss },
      miner: miner === undefined ? null : { name: miner },
      parameters,
      classCount: proxyClasses,
      memory,
      random,
      product,
    })
  const times: number[] = []
  let cpuMs = Infinity
  const start = performance.now()
  while (times.length < 5 || (times.length < 40 && performance.now() - start < 800)) {
    const from = performance.now()
    const before = process.cpuUsage()
    step()
    const { user, system } = process.cpuUsage(before)
    times.push(performance.now() - from)
    cpuMs = Math.min(cpuMs, (user + system) / 1000)
  }
  times.sort((a, b) => a - b)
  return {
    loss,
    miner: miner ?? null,
    batch,
    bestMs: times[0]!,
    medianMs: times[Math.floor(times.length / 2)]!,
    cpuMs,
  }
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'auto' },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const own = { plain: javascriptProduct, simd: simdProduct }[values.backend] ?? null
  const backend =
    own !== null
      ? null
      : await startBackend({
          preferred: values.backend as BackendChoice,
          workersFolder: join(process.cwd(), 'out', 'main', 'workers'),
          projectFolder: process.cwd(),
        })
  const product = own ?? backend?.product ?? simdProduct
  const chosen = work.filter(({ loss }) => values.only?.split(',').includes(loss) ?? true)
  const rows: Timed[] = []
  for (const { loss, miner } of chosen) {
    for (const batch of [128, 512]) rows.push(time(product, batch, loss, miner))
  }
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    node: process.version,
    backend: backend?.report.description ?? values.backend,
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, dimension, rows })}\n`)
  else {
    process.stdout.write(`${machine.backend}, ${machine.cpu}, ${machine.cores} cores\n`)
    process.stdout.write(
      `${'loss + miner'.padEnd(36)} B 128 ms (median, cpu)  B 512 ms (median, cpu)\n`,
    )
    for (let i = 0; i < rows.length; i += 2) {
      const [small, large] = [rows[i]!, rows[i + 1]!]
      const name = small.miner === null ? small.loss : `${small.loss} + ${small.miner}`
      const cell = (row: Timed) =>
        `${row.bestMs.toFixed(2)} (${row.medianMs.toFixed(2)}, ${row.cpuMs.toFixed(2)})`
      process.stdout.write(
        `${name.padEnd(36)} ${cell(small).padStart(23)} ${cell(large).padStart(25)}\n`,
      )
    }
  }
  backend?.dispose()
}

run().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
