import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMatrix } from '../../../../src/core/math/matrix'
import { evaluateRetrieval } from '../../../../src/core/evaluation/retrieval'
import { featureSource } from '../../../../src/core/inputSource'
import { embedRows } from '../../../../src/core/loop/model'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { modelsOn, plainOperations, restoreModel, withoutHead } from '../../../../src/core/network'
import { defaultLearningRate } from '../../../../src/core/starts/startConstants'
import { tunedRecipe } from '../../../../src/core/recipes/tunedRecipe'
import type { TrainedModel, TrainingData } from '../../../../src/core/recipes/surroundings'
import type { KeptModel } from '../../../../src/shared/model/kept'
import type { TrainingOptions } from '../../../../src/shared/model/training'
import { structure, weights } from '../../../support/tunedStructure'
import { startPlainBackend } from '../network/plainBackend'
import { dividedData, follow, headOptions, Left } from './tinyTraining'

const inputShape = [5, 4, 4] as const
const models = modelsOn(plainOperations)
const stages = tunedRecipe.stages.map(({ name }) => name)
const tuned = {
  ...{ place: 'before', sidePx: 5, channels: 4, multiplyAdds: 3, numbers: 1 },
  ...{ blocks: 2, ownMultiplyAdds: 1, ownNumbers: 1 },
}
const options: TrainingOptions = { ...headOptions, epochs: 2, stepsPerEpoch: 2, tuned }
const kinds: Readonly<Record<string, TrainingOptions>> = {
  'from the form that held-out labels choose': options,
  'from a named form, with a search of the rate': {
    ...options,
    ...{ start: 'whitening', learningRate: 'find', miner: null, distance: 'cosine' },
    loss: { name: 'proxyAnchor', options: {} },
  },
}

let data: TrainingData
beforeAll(async () => {
  await startPlainBackend()
  data = await dataOf(weights, 18, 4)
})

/** Maps whose labels differ in two of four channels, and the features that the network has of them. */
async function dataOf(own: typeof weights, classes: number, tested: number): Promise<TrainingData> {
  const perClass = 5
  const size = inputShape.reduce((a, b) => a * b, 1)
  const random = createRandom('maps')
  const centers = Float32Array.from({ length: classes * 4 }, (_, at) =>
    at % 4 < 2 ? 0 : random.normal(0, 2),
  )
  const rows = classes * perClass
  const numbers = Float32Array.from({ length: rows * size }, (_, at) => {
    const label = Math.floor(at / size / perClass)
    return centers[label * 4 + (at % 4)]! + random.normal()
  })
  const maps = featureSource(numbers, size)
  const untouched = models.tunedNetwork({
    ...{ structure, weights: own, inputShape, embeddingSize: 2, networkRate: 1 },
    random: createRandom('x'),
  })
  const featuring = restoreModel(withoutHead(untouched.snapshot()), models)
  untouched.dispose()
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  const features = await embedRows(featuring, maps, all, () => Promise.resolve())
  const source = featureSource(features, featuring.embeddingSize)
  featuring.dispose()
  const divided = dividedData(source, perClass, tested)
  return { ...divided, tuning: { maps, inputShape, structure, weights: own } }
}

function numbersOf(done: TrainedModel | null) {
  if (done === null) throw new Error('It ended with nothing')
  const { saved, before, closedForm, validation, kept } = done
  const { imagesPerSecond: _, ...ended } = done.ended
  return { saved, before, closedForm, validation, kept, ended }
}

describe('a tuned network', { timeout: 120_000 }, () => {
  it.each(Object.entries(kinds))('goes through its stages in order: %s', async (_, given) => {
    const tensors = tf.memory().numTensors
    const { run, taken, count, messages, done } = await follow(tunedRecipe, data, given)
    expect(run).toEqual(stages)
    expect(taken).toEqual([])
    expect(count.alive).toBe(0)
    expect(tf.memory().numTensors).toBe(tensors)
    const shares = messages.flatMap((message) =>
      message.kind === 'stage' && message.stage === 'baseline'
        ? [message.done / message.total]
        : [],
    )
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    const names = messages.map((message) =>
      message.kind === 'stage' ? message.stage : message.kind,
    )
    expect(names.lastIndexOf('baseline')).toBeLessThan(names.indexOf('training'))
    // Steps of the network and of the head that it is held against are counted apart.
    const works = messages.flatMap((message) => (message.kind === 'work' ? message.done : []))
    const kindsOfWork = new Set(works.map(({ kind }) => kind))
    for (const kind of ['tuningSteps', 'tunedEmbedding', 'headSteps', 'embedding'] as const) {
      expect(kindsOfWork).toContain(kind)
    }
    const { kept } = numbersOf(done)
    expect(kept!.heldOut).toMatchObject({ over: 'labels' })
    expect(kept!.tuned!.queries).toBe(data.test.rows.length)
    expect(kept!.refitted!.queries).toBe(data.test.rows.length)
  })

  it('saves what it says that it keeps, and measures it as it will be used', async () => {
    const { done } = await follow(tunedRecipe, data, options)
    const { saved, kept, before, closedForm } = numbersOf(done)
    const measured: Record<KeptModel['what'], number | null | undefined> = {
      features: before.mapAtR,
      closedForm: closedForm!.mapAtR,
      trained: undefined,
      tuned: kept!.tuned!.mapAtR,
      refitted: kept!.refitted!.mapAtR,
    }
    const isNetwork = kept!.what === 'tuned' || kept!.what === 'refitted'
    expect(saved.kind === 'tuned').toBe(isNetwork)
    const model = restoreModel(saved, models)
    const input = isNetwork ? data.tuning!.maps : data.source
    const embeddings = await embedRows(model, input, data.test.rows, () => Promise.resolve())
    const { mapAtR } = evaluateRetrieval(
      createMatrix(data.test.rows.length, model.embeddingSize, embeddings),
      data.test.labels,
      { distance: 'cosine', product: javascriptProduct },
    )
    model.dispose()
    expect(mapAtR).toBeCloseTo(measured[kept!.what]!, 4)
  })

  it('keeps the network where that helps, and what is simpler where it does not', async () => {
    // Neither channel that labels differ in is seen before training.
    const blind = weights.map((tensor) =>
      tensor.name === 'a/filter' || tensor.name === 'e/filter'
        ? { ...tensor, data: tensor.data.map((x, at) => (at < tensor.data.length / 2 ? x : 0)) }
        : tensor,
    )
    const long = { ...options, epochs: 4, stepsPerEpoch: 10, learningRate: 0.05 }
    const { done } = await follow(tunedRecipe, await dataOf(blind, 40, 8), long)
    const { kept, before } = numbersOf(done)
    const { network } = kept!.heldOut!
    expect(['tuned', 'refitted']).toContain(kept!.what)
    expect(kept!.reason).toBe('better')
    expect(network!.gain.mapAtR).toBeGreaterThan(network!.gain.standardError)
    expect(kept!.refitted!.mapAtR! - before.mapAtR!).toBeGreaterThan(0.2)
    const still = { ...options, learningRate: 1e-12 }
    const none = numbersOf((await follow(tunedRecipe, data, still)).done)
    expect(['features', 'closedForm', 'trained']).toContain(none.kept!.what)
    expect(none.kept!.reason).toBe('noBetter')
  })
})

/** What an earlier start of the run found of a head on frozen features: far better than the rest. */
async function whereTheHeadWins(): Promise<Left> {
  const measured = new Left()
  const { findings } = measured.records()
  const known = await follow(tunedRecipe, data, options)
  const form = numbersOf(known.done).kept!.closedForm
  const name = `fold 0 from ${form} at ${defaultLearningRate('frozen')}`
  const [plain = new Map<number, number>()] = known.left.records().findings.read(name) ?? []
  const all = (score: number) => new Map([...plain.keys()].map((unit) => [unit, score]))
  await findings.keep(name, [all(0.01), all(0.02), all(2), all(3)])
  return measured
}

describe('a head on frozen features that wins over the network', { timeout: 120_000 }, () => {
  it('is trained on all labels for as long as was best, and saved', async () => {
    const { done, count } = await follow(tunedRecipe, data, options, {
      left: await whereTheHeadWins(),
    })
    const { kept, saved, closedForm } = numbersOf(done)
    expect(kept).toMatchObject({ what: 'trained', reason: 'noBetter' })
    expect(saved.kind).toBe('head')
    expect(saved.step).toBe(options.epochs * options.stepsPerEpoch)
    expect(closedForm).not.toBeNull()
    expect(count.alive).toBe(0)
  })

  it.each([0, 1, 2, 3])(
    'is not said to be kept where it is ended before that, at breath %i',
    async (at) => {
      let isCancelled = false
      const { done, count } = await follow(tunedRecipe, data, options, {
        left: await whereTheHeadWins(),
        onMoment: (stage, breath, interruption) => {
          if (isCancelled || stage !== 'kept' || breath < at) return
          isCancelled = true
          interruption.cancel()
        },
      })
      expect(count.alive).toBe(0)
      const { kept, saved } = numbersOf(done)
      expect(isCancelled).toBe(true)
      expect(kept).toMatchObject({ what: 'closedForm', reason: 'notWeighed' })
      expect(saved.kind).toBe('head')
      expect(saved.step).toBe(0)
    },
  )
})

const kindAndStage = Object.keys(kinds).flatMap((kind) =>
  stages.map((stage) => [kind, stage] as const),
)
describe.each([0, 1])(
  'one that is told to end at breath %i of a stage',
  { timeout: 120_000 },
  (at) => {
    it.each(kindAndStage)('ends with what there is to keep: %s, %s', async (kind, wanted) => {
      let isCancelled = false
      const { done, count } = await follow(tunedRecipe, data, kinds[kind]!, {
        onMoment: (stage, breath, interruption) => {
          if (isCancelled || stage !== wanted || breath < at) return
          isCancelled = true
          interruption.cancel()
        },
      })
      expect(count.alive).toBe(0)
      if (stages.indexOf(wanted) <= stages.indexOf('rate') && isCancelled && done === null) return
      const { kept } = numbersOf(done)
      const isWeighed = kept!.heldOut?.network !== undefined || kept!.tuned !== undefined
      expect(kept!.reason === 'notWeighed').toBe(!isWeighed)
    })

    it.each(kindAndStage)('goes on with the same numbers: %s, %s', async (kind, wanted) => {
      const whole = await follow(tunedRecipe, data, kinds[kind]!)
      const left = new Left()
      let isSuspended = false
      await follow(tunedRecipe, data, kinds[kind]!, {
        left,
        onMoment: (stage, breath, interruption) => {
          if (isSuspended || stage !== wanted || breath < at) return
          isSuspended = true
          interruption.suspend()
        },
      })
      const { done, count, taken } = await follow(tunedRecipe, data, kinds[kind]!, { left })
      expect(numbersOf(done)).toEqual(numbersOf(whole.done))
      expect(left.ledger.state()).toEqual(whole.left.ledger.state())
      expect(count.alive).toBe(0)
      expect(taken.length === 0 || taken.join() === 'rate').toBe(true)
    })
  },
)
