/**
 * `npm run bench -- head [--backends tensorflow,wasm] [--json]`: seconds of one epoch of a linear head
 * on frozen features that are cached, 7,096 x 1,792 to 256 numbers, in batches of 32 classes x 4
 * (semi-hard triplet loss, Adam).
 */
import { parseArgs } from 'node:util'
import { createRandom } from '../../src/core/math/random'
import type { BackendChoice } from '../../src/shared/model/training'
import { startBackend } from '../../src/main/backend/startBackend'
import { measureBackends, projectFolder, ofThisProcess, time, workersFolder } from './backends'
import { semiHardTriplet } from './semiHardTriplet'

const { values } = parseArgs({
  options: {
    backends: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const [images, rows, inputSize, embeddingSize] = [7096, 128, 1792, 256]

async function measure(name: BackendChoice) {
  const backend = await startBackend({ preferred: name, workersFolder, projectFolder })
  const { models, report } = backend
  const random = createRandom('bench')
  const head = models.linearHead({ inputSize, embeddingSize, random })
  const features = Float32Array.from({ length: rows * inputSize }, () => random.normal())
  const loss = semiHardTriplet(embeddingSize, 4, 0.2)
  const epoch = time(() => {
    for (let done = 0; done < images; done += rows) {
      head.trainStep(features, rows, loss, { learningRate: 1e-3 })
    }
  }, Number(values.rounds))
  head.dispose()
  backend.dispose()
  return {
    backend: report.description,
    epochSecondsBest: epoch.bestMs / 1000,
    epochSecondsMedian: epoch.medianMs / 1000,
    epochCpuSeconds: ofThisProcess(backend, epoch.cpuMs / 1000),
  }
}

void measureBackends('head', values, measure)
