import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestOfRun } from '../../../src/core/plan/runRequest'
import { runFolder } from '../../../src/main/workspace'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import type { RunId } from '../../../src/shared/model/ids'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { temporaryTraining, type TemporaryTraining } from './temporaryTraining'

const each = 1
const request: TrainingRequest = {
  ...{ augmentedCopies: each, features: 'expand8', embeddingSize: 32, steps: 10, backend: 'wasm' },
}

let training: TemporaryTraining
beforeAll(async () => {
  training = await temporaryTraining(8)
}, 300_000)
afterAll(() => training?.dispose())

async function resultOf(id: RunId) {
  const { run } = (await training.service().state({ runId: id }))!
  const { ids, embeddings } = await loadEmbeddings(runFolder(training.workspace, id))
  const triplets = (await training.store.triplets.all(id)).map(({ anchor, positive, negative }) => [
    ...[anchor, positive, negative],
  ])
  return {
    kept: run.kept,
    metrics: [run.before, run.closedForm, run.after],
    ids,
    embeddings,
    triplets,
  }
}

describe('a run with augmented copies', () => {
  it('weighs them on held-out labels, keeps them out of its results and is the same again', async () => {
    const planOf = (more: TrainingRequest) =>
      training.service().plan({ datasetId: training.datasetId, request: { ...request, ...more } })
    const { imageCount } = await planOf({})
    const first = await training.run(request)
    expect(first.state.error).toBeNull()
    const result = await resultOf(first.id)
    expect(result.kept!.copies).toMatchObject({ each, heldOut: { gain: {} } })
    expect(result.ids).toHaveLength(imageCount)
    expect(new Set(result.ids).size).toBe(imageCount)

    // Their features are in the cache now, and the plan knows it; those of another seed are not.
    const [warm, cold] = await Promise.all([planOf({}), planOf({ seed: 9 })])
    // In whole seconds, of which a quick machine saves none with so few images.
    expect(warm.estimatedSeconds).toBeLessThanOrEqual(cold.estimatedSeconds)

    const { options, backend } = first.state.run
    expect(options).toMatchObject({ augmentedCopies: each, augmentation: 'mild' })
    const again = await training.run(requestOfRun(options, backend!.name))
    expect(await resultOf(again.id)).toEqual(result)
  }, 120_000)
})
