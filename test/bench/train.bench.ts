/**
 * `npm run bench -- train [--backends tensorflow,wasm,js] [--batch 32] [--rounds 5] [--json]`: images
 * a second of a training step of the small network (64 px, embeddings of 128 numbers, semi-hard
 * triplet loss, Adam) and of its embeddings.
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { createRandom } from '../../src/core/math/random'
import type { BackendChoice } from '../../src/shared/model/training'
import { startBackend } from '../../src/main/backend/startBackend'
import { measureBackends, projectFolder, ofThisProcess, time, workersFolder } from './backends'
import { semiHardTriplet } from './semiHardTriplet'

const { values } = parseArgs({
  options: {
    backends: { type: 'string' },
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const batch = Number(values.batch)
const rounds = Number(values.rounds)
const [imageSizePx, embeddingSize] = [64, 128]

async function measure(name: BackendChoice) {
  const backend = await startBackend({ preferred: name, workersFolder, projectFolder })
  const { models, report } = backend
  const random = createRandom('bench')
  const settings = { learningRate: 1e-3 }
  const network = models.smallNetwork({ imageSizePx, embeddingSize, random })
  const pictures = Float32Array.from({ length: batch * imageSizePx ** 2 * 3 }, () => random.next())
  const loss = semiHardTriplet(embeddingSize, 4, 0.2)
  const stepsARound = Math.max(1, Math.round(128 / batch))
  const steps = (count: number) => {
    for (let step = 0; step < count; step++) network.trainStep(pictures, batch, loss, settings)
  }
  steps(1)
  const tensors = tf.memory().numTensors
  const training = time(() => steps(stepsARound), rounds)
  const leaked = tf.memory().numTensors - tensors
  const embedding = time(() => void network.embed(pictures, batch), rounds)
  network.dispose()

  backend.dispose()
  const images = stepsARound * batch
  return {
    backend: report.description,
    batch,
    trainBest: (images / training.bestMs) * 1000,
    trainMedian: (images / training.medianMs) * 1000,
    trainCpuMsPerImage: ofThisProcess(backend, training.cpuMs / images),
    embedBest: (batch / embedding.bestMs) * 1000,
    tensorsLeaked: leaked,
  }
}

void measureBackends('train', values, measure)
