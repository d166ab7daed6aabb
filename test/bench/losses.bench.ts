/**
 * `npm run bench -- losses [--backend js|wasm|tensorflow|plain] [--json]`: each loss with its miner,
 * from embeddings to gradients, B = 128 and 512, d = 128, classes of 4 images, half-trained
 * embeddings. Milliseconds, best and median of several runs; allocations by the growth of the heap.
 */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { computeLoss, lossParameters } from '../../src/core/losses/computeLoss'
import { LossMemory } from '../../src/core/losses'
import { createMatrix, type Matrix } from '../../src/core/math/matrix'
import { javascriptProduct, type MatrixProduct } from '../../src/core/math/product'
import { createRandom } from '../../src/core/math/random'
import type { BackendChoice } from '../../src/main/backend/backend'
import { startBackend } from '../../src/main/backend/startBackend'

interface Timed {
  readonly loss: string
  readonly miner: string | null
  readonly batch: number
  readonly bestMs: number
  readonly medianMs: number
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
  { loss: 'snrContrastive' },
  { loss: 'bpr' },
  { loss: 'proxyNCA' },
  { loss: 'proxyAnchor' },
  { loss: 'softTriple' },
  { loss: 'arcFace' },
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
  const start = performance.now()
  while (times.length < 5 || (times.length < 40 && performance.now() - start < 800)) {
    const from = performance.now()
    step()
    times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  return {
    loss,
    miner: miner ?? null,
    batch,
    bestMs: times[0]!,
    medianMs: times[Math.floor(times.length / 2)]!,
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
  const backend =
    values.backend === 'plain'
      ? null
      : await startBackend({
          preferred: values.backend as BackendChoice,
          workersFolder: join(process.cwd(), 'out', 'main', 'workers'),
          projectFolder: process.cwd(),
        })
  const product = backend?.product ?? javascriptProduct
  const chosen = work.filter(({ loss }) => values.only?.split(',').includes(loss) ?? true)
  const rows: Timed[] = []
  for (const { loss, miner } of chosen) {
    for (const batch of [128, 512]) rows.push(time(product, batch, loss, miner))
  }
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    node: process.version,
    backend: backend?.report.description ?? 'plain JavaScript',
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, dimension, rows })}\n`)
  else {
    process.stdout.write(`${machine.backend}, ${machine.cpu}, ${machine.cores} cores\n`)
    process.stdout.write(`${'loss + miner'.padEnd(36)}   B 128 ms (median)    B 512 ms (median)\n`)
    for (let i = 0; i < rows.length; i += 2) {
      const [small, large] = [rows[i]!, rows[i + 1]!]
      const name = small.miner === null ? small.loss : `${small.loss} + ${small.miner}`
      const cell = (row: Timed) => `${row.bestMs.toFixed(2)} (${row.medianMs.toFixed(2)})`
      process.stdout.write(
        `${name.padEnd(36)} ${cell(small).padStart(19)} ${cell(large).padStart(20)}\n`,
      )
    }
  }
  backend?.dispose()
}

run().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
