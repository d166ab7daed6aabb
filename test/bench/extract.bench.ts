/**
 * `npm run bench -- extract [--backends tensorflow,wasm] [--images 16] [--rounds 3] [--json]`:
 * frozen features a second at 224 px, from decoded pictures, and the processor time of one.
 */
import { parseArgs } from 'node:util'
import { tapsOf } from '../../src/core/plan/features'
import type { BackendChoice } from '../../src/shared/model/training'
import { startBackend } from '../../src/main/backend/startBackend'
import { measureBackends, projectFolder, ofThisProcess, time, workersFolder } from './backends'

const { values } = parseArgs({
  options: {
    backends: { type: 'string' },
    images: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const images = Number(values.images)

async function measure(name: BackendChoice) {
  const backend = await startBackend({ preferred: name, workersFolder, projectFolder })
  const extractor = await backend.loadExtractor(tapsOf('pooled'))
  const side = extractor.imageSizePx
  const pixels = Uint8Array.from({ length: images * side * side * 3 }, (_, i) => (i * 31) % 256)
  const timing = time(() => void extractor.extract(pixels, images), Number(values.rounds))
  extractor.dispose()
  backend.dispose()
  return {
    backend: backend.report.description,
    imagesPerSecondBest: (images / timing.bestMs) * 1000,
    imagesPerSecondMedian: (images / timing.medianMs) * 1000,
    cpuMsPerImage: ofThisProcess(backend, timing.cpuMs / images),
  }
}

void measureBackends('extract', values, measure)
