/**
 * `npm run bench -- native [--rounds 5] [--json]`: what it costs that the TensorFlow library runs in
 * a process of its own, against the library in the calling thread, by turns: one step of a linear
 * head and of the small network, a block of matrix products, and eight pictures through the frozen
 * network. The best and the median round count.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { createMatrix } from '../../src/core/math/matrix'
import { createRandom } from '../../src/core/math/random'
import { findExtractor, layersOf } from '../../src/core/plan/features'
import type { Backend } from '../../src/main/backend/backend'
import { nativeEnvironment } from '../../src/main/backend/environment'
import { startRemoteTensorflow } from '../../src/main/backend/native/remoteBackend'
import { startTensorflow } from '../../src/main/backend/tensorflowBackend'
import { inThisThread } from '../../src/main/backend/threadBackend'
import { extractors } from '../../src/main/features/extractors'
import { printRows, projectFolder, time, workersFolder } from './backends'
import { semiHardTriplet } from './semiHardTriplet'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})

type Work = (backend: Pick<Backend, 'models' | 'product' | 'loadGraph'>) => Promise<() => void>

const random = createRandom('bench')
const numbers = (count: number) => Float32Array.from({ length: count }, () => random.next())
const settings = { learningRate: 1e-3 }

const works: Readonly<Record<string, Work>> = {
  'head, 10 steps of 128 x 1,792 to 256': async ({ models }) => {
    const head = models.linearHead({ inputSize: 1792, embeddingSize: 256, random })
    const batch = numbers(128 * 1792)
    const loss = semiHardTriplet(256, 4, 0.2)
    return () => {
      for (let step = 0; step < 10; step++) head.trainStep(batch, 128, loss, settings)
    }
  },
  'small network, a step of 128 at 64 px': async ({ models }) => {
    const network = models.smallNetwork({ imageSizePx: 64, embeddingSize: 128, random })
    const batch = numbers(128 * 64 * 64 * 3)
    const loss = semiHardTriplet(128, 4, 0.2)
    return () => void network.trainStep(batch, 128, loss, settings)
  },
  'products, 2,000 x 1,984 with themselves': async ({ product }) => {
    const rows = createMatrix(2000, 1984, numbers(2000 * 1984))
    return () => void product.multiplyTransposed(rows, rows)
  },
  'a block of 64 against 20,000 x 512 that are held': async ({ product }) => {
    const all = createMatrix(20_000, 512, numbers(20_000 * 512))
    const block = createMatrix(64, 512, numbers(64 * 512))
    product.hold?.(all)
    return () => void product.multiplyTransposed(block, all)
  },
  'frozen network, 8 pictures': async (backend) => {
    const extractor = findExtractor(extractors)
    const layers = layersOf(extractor, 'conv13+pooled')
    const opened = await extractor.open({ backend, projectFolder }, layers)
    const pixels = new Uint8Array(8 * extractor.input.sidePx ** 2 * 3).fill(90)
    return () => void opened.extract(pixels, 8)
  },
}

async function main(): Promise<void> {
  const rounds = Number(values.rounds)
  const local = await startTensorflow({ projectFolder })
  const thread = inThisThread(local.operations)
  const started = performance.now()
  const remote = await startRemoteTensorflow({ preferred: 'auto', workersFolder, projectFolder })
  const startMs = performance.now() - started
  const rows: object[] = [{ work: 'starting the process', processMs: Math.round(startMs) }]
  for (const [work, prepare] of Object.entries(works)) {
    const here = await prepare(thread)
    const there = await prepare(remote)
    const inThread = time(here, rounds)
    const inProcess = time(there, rounds)
    rows.push({
      work,
      threadMs: inThread.bestMs,
      processMs: inProcess.bestMs,
      threadMedianMs: inThread.medianMs,
      processMedianMs: inProcess.medianMs,
      ratio: inProcess.bestMs / inThread.bestMs,
    })
  }
  remote.dispose()
  printRows('native', rows, values.json)
}

// The library reads them at the start of a process, and one of the two is this one.
const environment = nativeEnvironment(process.env)
if (Object.keys(environment).every((name) => process.env[name] !== undefined)) void main()
else {
  const args = [...process.execArgv, ...process.argv.slice(1)]
  const { status } = spawnSync(process.execPath, args, { env: environment, stdio: 'inherit' })
  process.exitCode = status ?? 1
}
