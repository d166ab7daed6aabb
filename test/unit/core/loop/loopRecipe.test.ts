import { describe, expect, it } from 'vitest'
import type { SavedModel } from '../../../../src/core/network'
import type { LoopEvent } from '../../../../src/core/loop/loop'
import type { LoopState } from '../../../../src/core/loop/loopState'
import type { TrainingOptions, TrainingWarning } from '../../../../src/shared/model/training'
import {
  collect,
  epochsOf,
  inputSize,
  labels,
  noisyFeatures,
  startLoop,
  stepsOf,
} from './loopSetup'

type Event = LoopEvent<SavedModel>
const warningsOf = (events: readonly Event[]): TrainingWarning[] =>
  events.flatMap((event) => (event.kind === 'warning' ? [event.warning] : []))
const weightsOf = (saved: SavedModel) => saved.tensors[0]!.data

/** Runs while the inputs are spoilt from a step on, until a remedy was applied. */
async function spoilt(spoil: (features: Float32Array) => void, changes: Partial<TrainingOptions>) {
  const features = noisyFeatures()
  const { loop, model } = startLoop(changes, { features })
  const events: Event[] = []
  for await (const event of loop) {
    events.push(event)
    if (event.kind === 'step' && event.progress.step === 25) spoil(features)
    if (event.kind === 'warning' && event.warning.isApplied === true) {
      const { epoch } = event.warning
      expect(epoch).toBe(2)
      features.set(noisyFeatures())
    }
  }
  return { events, model }
}

/** All images alike but for their noise: what the network makes of them sits on one point. */
const toOnePoint = (features: Float32Array) => {
  for (let i = 0; i < features.length; i++) {
    features[i] = 1 + (i % inputSize) + 1e-5 * ((i * 7919) % 13)
  }
}

describe('remedies', () => {
  it('go back and mine semi-hard after a collapse, within the epoch', async () => {
    const { events, model } = await spoilt(toOnePoint, { remedies: true })
    expect(warningsOf(events)).toEqual([
      expect.objectContaining({
        kind: 'collapse',
        epoch: 2,
        remedy: 'semiHard',
        isApplied: true,
        backToEpoch: 1,
      }),
    ])
    const [{ step }] = warningsOf(events) as [TrainingWarning]
    expect(step).toBeGreaterThan(25)
    expect(step).toBeLessThan(40)
    const epochs = epochsOf(events)
    expect(epochs).toHaveLength(6)
    expect(epochs.at(-1)!.mapAtR).toBeGreaterThan(0.7)
    model.dispose()
  })

  it('only offer where they may not be applied', async () => {
    const { events, model } = await spoilt(toOnePoint, { remedies: false })
    expect(warningsOf(events)).toEqual([
      expect.objectContaining({
        kind: 'collapse',
        remedy: 'semiHard',
        isApplied: false,
        action: '',
      }),
    ])
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'finished', steps: 120 })
    model.dispose()
  })

  it('go back and lower the rate where the loss is no number', async () => {
    const { events, model } = await spoilt((features) => features.fill(NaN), { remedies: true })
    expect(warningsOf(events)).toEqual([
      expect.objectContaining({
        kind: 'notANumber',
        step: 26,
        remedy: 'lowerLearningRate',
        isApplied: true,
        backToEpoch: 1,
      }),
    ])
    expect(events.at(-1)).toMatchObject({ reason: 'finished', bestEpoch: 6 })
    const rates = stepsOf(events).map(({ learningRate }) => learningRate)
    expect(rates[24]).toBe(0.01)
    expect(rates[25]).toBeCloseTo(0.003)
    expect(weightsOf(model.snapshot()).every(Number.isFinite)).toBe(true)
    model.dispose()
  })

  it('end where all were tried', async () => {
    const features = noisyFeatures()
    const { loop, model } = startLoop({ remedies: true }, { features })
    const events: Event[] = []
    for await (const event of loop) {
      events.push(event)
      if (event.kind === 'step' && event.progress.step === 25) features.fill(NaN)
    }
    expect(warningsOf(events).map(({ isApplied }) => isApplied)).toEqual([true, true, true])
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'notANumber', bestEpoch: 1 })
    model.dispose()
  })

  it.each([
    ['a memory of the loss', { loss: { name: 'crossBatchMemory', options: { loss: 'triplet' } } }],
    ['a memory of the miner', { miner: { name: 'memoryBankHard', options: {} } }],
  ])('go back with %s, and on as before', async (_, changes) => {
    const { events, model } = await spoilt((features) => features.fill(NaN), {
      remedies: true,
      ...changes,
    })
    expect(warningsOf(events).map(({ isApplied }) => isApplied)).toEqual([true])
    expect(events.at(-1)).toMatchObject({ reason: 'finished', bestEpoch: 6 })
    expect(stepsOf(events).every(({ loss }) => Number.isFinite(loss))).toBe(true)
    model.dispose()
  })

  it('go back to the batches and the chance that followed the point', async () => {
    const features = noisyFeatures()
    const { loop, model, input } = startLoop(
      { remedies: true, miner: { name: 'distanceWeighted', options: {} } },
      { features },
    )
    const drawn: string[] = []
    const { source } = input
    Object.assign(input, {
      source: {
        ...source,
        read: (...[rows, target, random]: Parameters<typeof source.read>) => {
          if (rows.length === 24) drawn.push(Array.from(rows).join())
          source.read(rows, target, random)
        },
      },
    })
    const events: Event[] = []
    for await (const event of loop) {
      events.push(event)
      if (event.kind === 'step' && event.progress.step === 25) features.fill(NaN)
      if (event.kind === 'warning') features.set(noisyFeatures())
    }
    expect(warningsOf(events)).toMatchObject([{ step: 26, backToEpoch: 1 }])
    expect(drawn.slice(26, 32)).toEqual(drawn.slice(20, 26))
    // The same state, batch and tuples: the first step after going back has the same loss.
    const losses = stepsOf(events).map(({ loss }) => loss)
    expect(losses[25]).toBe(losses[20])
    model.dispose()
  })

  it('soften the margin of a loss that rests on it', async () => {
    // All images alike: the embeddings are one point, and the loss is the margin.
    const features = new Float32Array(labels.length * inputSize).fill(1)
    const { loop, model } = startLoop(
      { remedies: true, learningRate: 1e-9, epochs: 1, miner: { name: 'semiHard', options: {} } },
      { features },
    )
    const found = warningsOf(await collect(loop)).map(({ kind, remedy }) => ({ kind, remedy }))
    expect(found[0]).toEqual({ kind: 'deadMargin', remedy: 'softMargin' })
    model.dispose()
  })
})

describe('the ways of a step', () => {
  it('end early without a better selection for as long as told', async () => {
    const best = (epoch: number) => (epoch === 2 ? 1 : 0)
    const { loop, model } = startLoop({ epochs: 20, patience: 3 }, { select: best })
    const events = await collect(loop)
    expect(epochsOf(events).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5])
    expect(epochsOf(events)[1]!.validation).toBe(1)
    expect(events.at(-1)).toMatchObject({ reason: 'finished', bestEpoch: 2 })
    model.dispose()
  })

  it('follow the schedule, step by step', async () => {
    const { loop, model } = startLoop({ epochs: 2, schedule: 'cosine', warmUpSteps: 5 })
    const events = await collect(loop)
    const rates = stepsOf(events).map(({ learningRate }) => learningRate)
    expect(rates[0]).toBeCloseTo(0.01 / 6)
    expect(Math.max(...rates)).toBe(rates[5])
    expect(rates[39]).toBeLessThan(1e-4)
    expect(epochsOf(events)[1]!.learningRate).toBe(rates[39])
    model.dispose()
  })

  it('log the lengths of the embeddings', async () => {
    const { loop, model } = startLoop({ epochs: 1 })
    const events = await collect(loop)
    for (const progress of stepsOf(events)) {
      expect(progress.embeddingNorm).toBeGreaterThan(0)
      expect(progress.embeddingNormSpread).toBeGreaterThan(0)
    }
    const mean = stepsOf(events).reduce((sum, { embeddingNorm }) => sum + embeddingNorm, 0) / 20
    expect(epochsOf(events)[0]!.embeddingNorm).toBeCloseTo(mean, 4)
    model.dispose()
  })

  it('keep averaged weights, and evaluate those', async () => {
    const { loop, model, input } = startLoop({ epochs: 2, emaDecay: 0.9 })
    const measured: Float32Array[] = []
    const { evaluate } = input
    Object.assign(input, {
      evaluate: (epoch: number) => {
        measured.push(model.weights()[0]!)
        return evaluate(epoch)
      },
    })
    const raw: Float32Array[] = []
    const kept: Float32Array[] = []
    for await (const event of loop) {
      if (event.kind !== 'epoch') continue
      kept.push(weightsOf(event.state))
      raw.push(model.weights()[0]!)
    }
    expect(measured.slice(1)).toEqual(kept)
    expect(kept[1]).not.toEqual(raw[1])
    expect(model.weights()[0]).toEqual(kept[1])
    model.dispose()
  })

  it('mine semi-hard first where a miner of the hardest is warmed up', async () => {
    const runs = await Promise.all(
      [{ minerWarmUp: 0.5 }, { miner: { name: 'semiHard', options: {} } }, { minerWarmUp: 0 }].map(
        async (changes) => {
          const { loop, model } = startLoop({ epochs: 2, ...changes })
          const losses = stepsOf(await collect(loop)).map(({ loss }) => loss)
          model.dispose()
          return losses
        },
      ),
    )
    const [warmed, gentle, hard] = runs as [number[], number[], number[]]
    expect(warmed.slice(0, 20)).toEqual(gentle.slice(0, 20))
    expect(warmed[21]).not.toBe(gentle[21])
    expect(hard[0]).not.toBe(gentle[0])
  })

  it('add losses, a regularizer and weights of classes', async () => {
    const { loop, model } = startLoop({
      epochs: 2,
      addedLosses: [{ name: 'proxyAnchor', weight: 0.5, options: {} }],
      regularizer: { name: 'l2Norm', options: {} },
      reducer: 'classWeighted',
    })
    const ended = (await collect(loop)).at(-1)!
    expect(ended.kind === 'ended' && Object.keys(ended.lossParameters)).toEqual(['1/proxies'])
    model.dispose()
  })
})

describe('a loop that is taken up again', () => {
  const recipes: [string, Partial<TrainingOptions>][] = [
    ['a plain triplet loss', {}],
    [
      'proxies, a cosine, an average and a sum',
      {
        loss: { name: 'proxyAnchor', options: {} },
        miner: null,
        distance: 'cosine',
        addedLosses: [{ name: 'margin', weight: 0.3, options: {} }],
        schedule: 'cosine',
        emaDecay: 0.95,
      },
    ],
    [
      'proxies that began at class means, in batches of classes that look alike',
      {
        loss: { name: 'softTriple', options: { centersPerClass: 3 } },
        miner: null,
        distance: 'cosine',
        proxyStart: 'classMeans',
        sampler: 'hardClasses',
        classesPerBatch: 3,
      },
    ],
    [
      'images drawn whatever their class',
      {
        loss: { name: 'proxyNCA', options: {} },
        miner: null,
        distance: 'squaredEuclidean',
        sampler: 'uniform',
      },
    ],
    [
      'a cross-batch memory and a miner that draws at random',
      {
        loss: { name: 'crossBatchMemory', options: { loss: 'triplet', memorySize: 64 } },
        miner: { name: 'distanceWeighted', options: {} },
      },
    ],
  ]
  it.each(recipes)('goes on exactly: %s', async (_, changes) => {
    const whole = startLoop(changes, { select: (epoch) => (epoch === 1 ? 2 : epoch / 10) })
    const states: LoopState<SavedModel>[] = []
    const events: Event[] = []
    for await (const event of whole.loop) {
      events.push(event)
      if (event.kind === 'epoch') states.push(structuredClone(event.checkpoint()))
    }
    const again = startLoop(changes, {
      resume: states[2]!,
      select: (epoch) => (epoch === 1 ? 2 : epoch / 10),
    })
    const later = await collect(again.loop)
    const losses = (list: readonly Event[]) =>
      stepsOf(list).map(({ step, loss, embeddingNorm }) => ({ step, loss, embeddingNorm }))
    expect(losses(later)).toEqual(losses(events).slice(60))
    expect(later.at(-1)).toEqual(events.at(-1))
    expect(later.at(-1)).toMatchObject({ bestEpoch: 1, steps: 120 })
    expect(again.model.snapshot()).toEqual(whole.model.snapshot())
    whole.model.dispose()
    again.model.dispose()
  })
})
