import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestOfRun } from '../../../src/core/plan/runRequest'
import { runFolder } from '../../../src/main/workspace'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import type { RunId } from '../../../src/shared/model/ids'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { temporaryTraining, type TemporaryTraining } from './temporaryTraining'

let training: TemporaryTraining
beforeAll(async () => {
  training = await temporaryTraining(12)
}, 300_000)
afterAll(() => training?.dispose())

const small: TrainingRequest = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 16,
  steps: 24,
  classesPerBatch: 6,
  imagesPerClass: 4,
}
/** Plain JavaScript is a hundred times slower. */
const tiny: TrainingRequest = {
  ...small,
  imageSizePx: 16,
  steps: 3,
  classesPerBatch: 3,
  imagesPerClass: 2,
}
const residual: TrainingRequest = {
  ...small,
  network: 'residual',
  networkDepth: 1,
  networkWidth: 8,
}
const head: TrainingRequest = { embeddingSize: 32, steps: 40 }

/** All that a run leaves, but for the clock. */
async function numbersOf(id: RunId) {
  const service = training.service()
  const { run } = (await service.state({ runId: id }))!
  const epochs = await training.store.runs.epochs(id)
  return {
    backend: run.backend!.name,
    metrics: [run.before, run.closedForm, run.after, run.bestEpoch],
    epochs: epochs.map(({ imagesPerSecond: _, ...record }) => record),
    curve: await service.curve({ runId: id }),
    embeddings: (await loadEmbeddings(runFolder(training.workspace, id))).embeddings,
  }
}

describe('the same run file on the same backend', () => {
  it.each([
    ['js', 'a small network', tiny],
    ['wasm', 'a small network', small],
    ['wasm', 'a residual network', residual],
    ['wasm', 'a head', head],
    ['tensorflow', 'a small network', small],
    ['tensorflow', 'a residual network', residual],
    ['tensorflow', 'a head', head],
  ] as const)('gives the same numbers, to the last digit: %s, %s', async (backend, _, request) => {
    const first = await training.run({ ...request, backend })
    if (first.state.error?.code === 'backendUnavailable') {
      // Only the native library may be missing: its package is optional.
      expect(backend).toBe('tensorflow')
      return
    }
    expect(first.state.error).toBeNull()
    const { options, backend: report } = first.state.run
    const written = JSON.parse(
      JSON.stringify(requestOfRun(options, report!.name)),
    ) as TrainingRequest
    const second = await training.run(written)
    const numbers = await numbersOf(first.id)
    expect(numbers.backend).toBe(backend)
    expect(numbers.curve.loss.length).toBeGreaterThan(0)
    expect(await numbersOf(second.id)).toEqual(numbers)
  })
})
