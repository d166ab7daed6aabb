/**
 * `npm run bench -- findings [--images 100000] [--dimension 512] [--backend auto] [--json]`: all
 * lists of `find` on made-up features in clusters, of which 5 % of the labels are flipped and 2 %
 * are copies; seconds, the peak of resident memory, and how much of the flips was found.
 */
import { parseArgs } from 'node:util'
import { featureSource } from '../../src/core/inputSource'
import { findFaults } from '../../src/core/findings/findFaults'
import { signatureNumbers } from '../../src/core/findings/signature'
import { createRandom } from '../../src/core/math/random'
import { findingKinds, usualLimits } from '../../src/shared/model/findings'
import { startBackend } from '../../src/main/backend/startBackend'
import type { BackendChoice } from '../../src/shared/model/training'
import { projectFolder, workersFolder } from './backends'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    dimension: { type: 'string', default: '512' },
    backend: { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
})
const images = Number(values.images)
const dimension = Number(values.dimension)
const labelCount = Math.max(2, Math.round(images / 500))
const flippedShare = 0.05
const copiedShare = 0.02

const preferred = values.backend as BackendChoice
const random = createRandom('bench')

/** Rows around the centre of their label, in a few directions of their own as features are. */
function makeFeatures(labels: Int32Array): Float32Array {
  const centers = Float32Array.from({ length: labelCount * dimension }, () => random.normal())
  const data = new Float32Array(images * dimension)
  for (let row = 0; row < images; row++) {
    const from = labels[row]! * dimension
    for (let k = 0; k < dimension; k++) {
      data[row * dimension + k] = centers[from + k]! + 1.2 * random.normal()
    }
  }
  return data
}

/** Each of the last rows copies one of the first, nearly. */
function plantCopies(data: Float32Array, labels: Int32Array, copies: number): void {
  for (let copy = 0; copy < copies; copy++) {
    const [to, from] = [images - 1 - copy, copy]
    labels[to] = labels[from]!
    for (let k = 0; k < dimension; k++) {
      data[to * dimension + k] = data[from * dimension + k]! + 0.01 * random.normal()
    }
  }
}

async function main(): Promise<void> {
  const truth = Int32Array.from({ length: images }, (_, row) => row % labelCount)
  const data = makeFeatures(truth)
  const copies = Math.round(copiedShare * images)
  plantCopies(data, truth, copies)
  const labels = truth.slice()
  const isFlipped = new Uint8Array(images)
  for (let row = 0; row < images; row++) {
    if (random.next() >= flippedShare) continue
    isFlipped[row] = 1
    labels[row] = (labels[row]! + 1 + random.integer(labelCount - 1)) % labelCount
  }
  const pictureOf = (row: number) => (row >= images - copies ? images - 1 - row : row)
  const word = (row: number) => createRandom(pictureOf(row)).integer(2 ** 32)
  const looks = Array.from({ length: images }, (_, row) => {
    const half = word(row).toString(16).padStart(8, '0')
    return `${half}${half}${'80'.repeat(48)}`
  })
  const signatureOf = (row: number) => {
    const own = createRandom(pictureOf(row))
    return Float32Array.from({ length: signatureNumbers }, () => own.integer(2 ** 24))
  }
  const measures = {
    ...{ brightness99: 0.9, brightness5: 0.1, entropy: 7 },
    ...{ edges: 40, histogramSpread: 10 },
  }
  const backend = await startBackend({ preferred, workersFolder, projectFolder })
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  const started = performance.now()
  const usage = process.cpuUsage()
  const steps = findFaults(
    {
      paths: Array.from({ length: images }, (_, row) => `${labels[row]}/${row}.jpg`),
      sha256: Array.from({ length: images }, (_, row) => String(row)),
      ...{ looks, labels },
      labelNames: Array.from({ length: labelCount }, (_, label) => `label ${label}`),
      ...{
        widthPx: new Uint32Array(images).fill(640),
        heightPx: new Uint32Array(images).fill(480),
      },
      ...{ bytes: new Uint32Array(images), modifiedAt: new Uint32Array(images) },
      ...{ sides: new Int32Array(images).fill(-1), sideNames: [] },
      features: {
        source: featureSource(data, dimension),
        isReadable: new Uint8Array(images).fill(1),
      },
      measures: Array.from({ length: images }, () => measures),
      *readSignatures() {
        yield 1
        return signatureOf
      },
    },
    {
      ...{ kinds: new Set(findingKinds), limits: usualLimits },
      ...{ product: backend.product, random: createRandom('findings') },
    },
  )
  const marks: { share: number; seconds: number }[] = []
  for (;;) {
    const step = steps.next()
    peak = Math.max(peak, process.memoryUsage().rss)
    const seconds = (performance.now() - started) / 1000
    if (step.done === true) {
      const { counts, scores } = step.value
      const quality = scores.mislabel!
      const order = [...quality.keys()].sort((a, b) => quality[a]! - quality[b]!)
      const first = order.slice(0, Math.floor(0.08 * images))
      const flips = isFlipped.reduce((sum, one) => sum + one, 0)
      const { user, system } = process.cpuUsage(usage)
      const figures = {
        ...{ images, dimension, labels: labelCount, backend: backend.report.name, seconds },
        // Of this process: without the work of a native library in its own.
        processorSeconds: (user + system) / 1e6,
        memoryBeforeMiB: Math.round(before / 2 ** 20),
        peakMiB: Math.round(peak / 2 ** 20),
        recallInFirst8Percent: first.filter((row) => isFlipped[row] === 1).length / flips,
        copiesFound: (counts.samePicture ?? 0) / (2 * copies),
        counts,
      }
      process.stdout.write(`${JSON.stringify(figures, null, values.json ? 0 : 2)}\n`)
      break
    }
    if (marks.length === 0 || step.value >= marks.at(-1)!.share + 0.1) {
      marks.push({ share: step.value, seconds })
      if (!values.json)
        process.stderr.write(`${Math.round(100 * step.value)} %: ${seconds.toFixed(1)} s\n`)
    }
  }
  backend.dispose()
}

void main().then(() => process.exit(0))
