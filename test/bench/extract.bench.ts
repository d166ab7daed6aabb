/**
 * `npm run bench -- extract [--backends tensorflow,wasm] [--images 16] [--rounds 3] [--json]`:
 * frozen features a second at 224 px, from decoded pictures, and the processor time of one.
 */
import { parseArgs } from 'node:util'
import { findExtractor, layersOf } from '../../src/core/plan/features'
import { extractors } from '../../src/main/features/extractors'
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
  const extractor = findExtractor(extractors)
  const opened = await extractor.open({ backend, projectFolder }, layersOf(extractor, 'pooled'))
  const pictureSize = extractor.input.sidePx ** 2 * 3
  const pixels = Uint8Array.from({ length: images * pictureSize }, (_, i) => (i * 31) % 256)
  // A graph of TensorFlow.js answers at once.
  const extract = () => {
    for (let from = 0; from < images; from += opened.passRows) {
      const rows = Math.min(opened.passRows, images - from)
      const part = pixels.subarray(from * pictureSize, (from + rows) * pictureSize)
      void opened.extract(part, rows)
    }
  }
  const timing = time(extract, Number(values.rounds))
  opened.dispose()
  backend.dispose()
  return {
    backend: backend.report.description,
    imagesPerSecondBest: (images / timing.bestMs) * 1000,
    imagesPerSecondMedian: (images / timing.medianMs) * 1000,
    cpuMsPerImage: ofThisProcess(backend, timing.cpuMs / images),
  }
}

void measureBackends('extract', values, measure)
