import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { temporaryTraining, type TemporaryTraining } from './temporaryTraining'

let training: TemporaryTraining
beforeAll(async () => {
  training = await temporaryTraining(16)
}, 300_000)
afterAll(() => training?.dispose())

/** So steep that the network falls onto one point within its first epoch. */
const reckless: TrainingRequest = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 16,
  epochs: 4,
  classesPerBatch: 6,
  imagesPerClass: 4,
  loss: { name: 'triplet', options: {} },
  miner: { name: 'batchHard', options: {} },
  learningRate: 1,
}

async function trained(request: TrainingRequest) {
  const { id } = await training.service().start({ datasetId: training.datasetId, request })
  const { state, result } = await training.service().finished(id)
  expect(state.error).toBeNull()
  return { state, result: result! }
}

describe('remedies', () => {
  it('are offered where they may not be applied, and applied where they may', async () => {
    const plain = await trained(reckless)
    const [offered] = plain.state.warnings.filter(({ remedy }) => typeof remedy === 'string')
    expect(offered).toMatchObject({ epoch: 1, isApplied: false })
    const remedied = await trained({ ...reckless, remedies: true })
    const [first] = remedied.state.warnings.filter(({ isApplied }) => isApplied === true)
    expect(first).toMatchObject({
      kind: offered!.kind,
      step: offered!.step,
      remedy: offered!.remedy,
      backToEpoch: 0,
    })
    expect(first!.action).toMatch(/^Went back to the state after epoch 0, then: /)
    // It comes again from the database, with what was done.
    const stored = await training.store.runs.find(remedied.state.run.id)
    expect(stored!.warnings).toEqual(remedied.state.warnings)
    expect(remedied.state.run.status).toBe('finished')
    expect(remedied.state.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
  })
})

describe('a head from its closed form', () => {
  it('trains for as long as held-out labels gain from it, under a schedule too', async () => {
    const { state, result } = await trained({
      embeddingSize: 32,
      steps: 120,
      schedule: 'cosine',
      warmUpSteps: 5,
      patience: 2,
    })
    const validation = result.validation!
    const best = validation.indexOf(Math.max(...validation))
    expect(result.bestEpoch).toBe(best)
    expect(validation[best]).toBeGreaterThanOrEqual(validation[0]!)
    // Where the search ended early the training does as well.
    expect(state.epochs).toHaveLength(validation.length - 1)
    state.epochs.forEach((record) => expect(record.validation).toBe(validation[record.epoch]))
  })

  it('is kept as it is where training betters nothing', async () => {
    // A margin that every triplet keeps: the loss is 0 and has no slope.
    const { state, result } = await trained({
      embeddingSize: 32,
      steps: 60,
      loss: { name: 'triplet', options: { margin: -100 } },
    })
    expect(result.validation).toHaveLength(4)
    expect(new Set(result.validation)).toEqual(new Set([result.validation![0]]))
    expect(result.bestEpoch).toBe(0)
    expect(state.run.after!.mapAtR).toBeCloseTo(state.run.closedForm!.mapAtR!, 6)
  })
})
