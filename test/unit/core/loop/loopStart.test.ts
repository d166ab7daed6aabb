import { describe, expect, it } from 'vitest'
import { ClassMeans } from '../../../../src/core/starts/classMeans'
import { lossParameters } from '../../../../src/core/objective/computeLoss'
import { createRandom } from '../../../../src/core/math/random'
import { Interruption } from '../../../../src/core/interruption'
import type { LoopState } from '../../../../src/core/loop/loopState'
import { prepareLoop } from '../../../../src/core/loop/loopStart'
import type { SavedModel } from '../../../../src/core/network'
import type { TrainingOptions } from '../../../../src/shared/model/training'
import { classes, collect, labels, startLoop, stepsOf } from './loopSetup'

const ofProxies: Partial<TrainingOptions> = {
  loss: { name: 'proxyNCA', options: {} },
  miner: null,
  distance: 'squaredEuclidean',
}

describe('what a loop begins with', () => {
  it('is, with class means, what the embedding before the first step gives', async () => {
    const { input, model, embeddings } = startLoop({ ...ofProxies, proxyStart: 'classMeans' })
    const { data, columns } = await embeddings()
    const [parameter] = lossParameters(input.options.loss, {
      classCount: classes,
      dimension: columns,
    })
    const means = new ClassMeans(parameter!, labels, createRandom(1))
    labels.forEach((label, i) => means.add(i, label, data.slice(i * columns, (i + 1) * columns)))
    const expected = new Float32Array(classes * columns)
    means.write(expected)
    const { parameters } = await prepareLoop(input)
    expect(parameters['proxies']).toHaveLength(expected.length)
    parameters['proxies']!.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
    model.dispose()
  })

  it('is drawn without class means, as it was before there were any', async () => {
    for (const changes of [ofProxies, { ...ofProxies, proxyStart: 'random' as const }]) {
      const { input, model } = startLoop(changes)
      const [parameter] = lossParameters(input.options.loss, {
        classCount: classes,
        dimension: model.embeddingSize,
      })
      const { parameters } = await prepareLoop(input)
      expect(parameters).toEqual({ proxies: parameter!.initial(input.random.fork('proxies')) })
      model.dispose()
    }
  })

  it('starts each loss of a sum at its own means, and leaves other numbers as they are', async () => {
    const { input, model } = startLoop({
      loss: { name: 'margin', options: { learnBeta: true } },
      miner: null,
      addedLosses: [
        { name: 'arcFace', options: {}, weight: 1 },
        { name: 'subCenterArcFace', options: { centersPerClass: 2 }, weight: 1 },
      ],
    })
    const drawn = await prepareLoop(input)
    const begun = await prepareLoop({
      ...input,
      options: { ...input.options, proxyStart: 'classMeans' },
    })
    expect(Object.keys(begun.parameters).sort()).toEqual(['0/beta', '1/weights', '2/centers'])
    expect(begun.parameters['0/beta']).toEqual(drawn.parameters['0/beta'])
    for (const name of ['1/weights', '2/centers']) {
      expect(begun.parameters[name]).not.toEqual(drawn.parameters[name])
    }
    model.dispose()
  })

  it('makes the first steps of a loss with proxies better than chance does', async () => {
    const firstLoss = async (proxyStart: 'classMeans' | 'random') => {
      const { loop, model } = startLoop({ ...ofProxies, proxyStart, epochs: 1 })
      const [first] = stepsOf(await collect(loop))
      model.dispose()
      return first!.loss
    }
    expect(await firstLoss('classMeans')).toBeLessThan(0.9 * (await firstLoss('random')))
  })

  it('is whole where it is suspended before the first step', async () => {
    const changes = { ...ofProxies, proxyStart: 'classMeans' as const, epochs: 2 }
    const whole = startLoop(changes)
    const events = await collect(whole.loop)
    const interruption = new Interruption()
    const cut = startLoop(changes, { interruption })
    interruption.suspend()
    let state: LoopState<SavedModel> | null = null
    for await (const event of cut.loop) if (event.kind === 'suspended') state = event.state
    const again = startLoop(changes, { resume: structuredClone(state!) })
    expect(stepsOf(await collect(again.loop)).map(({ loss }) => loss)).toEqual(
      stepsOf(events).map(({ loss }) => loss),
    )
    for (const { model } of [whole, cut, again]) model.dispose()
  })

  it('knows which classes look alike in the inputs, where batches are drawn by it', async () => {
    const { input, model } = startLoop({ sampler: 'hardClasses' })
    const { classSimilarity } = (await prepareLoop(input)).similarity
    expect(classSimilarity!(2, 2)).toBeCloseTo(1, 5)
    expect(classSimilarity!(0, 3)).toBeCloseTo(classSimilarity!(3, 0), 6)
    expect(Math.abs(classSimilarity!(0, 3))).toBeLessThan(1)
    expect(
      (await prepareLoop({ ...input, options: { ...input.options, sampler: 'uniform' } }))
        .similarity,
    ).toEqual({})
    model.dispose()
  })
})
