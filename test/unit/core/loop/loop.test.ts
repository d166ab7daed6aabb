import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { SavedModel } from '../../../../src/core/network'
import { Interruption } from '../../../../src/core/interruption'
import type { LoopEvent } from '../../../../src/core/loop/loop'
import {
  classes,
  collect,
  epochsOf,
  inputSize,
  labels,
  noisyFeatures,
  perClass,
  startLoop,
  stepsOf,
} from './loopSetup'

describe('train', () => {
  it('learns: better retrieval, same labels nearer, events in order', async () => {
    const { loop, model, ledger } = startLoop()
    const events = await collect(loop)
    const first = events[0]!
    expect(first.kind).toBe('started')
    const before = first.kind === 'started' ? first.evaluation.metrics.mapAtR : NaN
    const epochs = epochsOf(events)
    expect(epochs.map((record) => record.epoch)).toEqual([1, 2, 3, 4, 5, 6])
    expect(stepsOf(events).map(({ step }) => step)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    )
    expect(epochs.at(-1)!.mapAtR).toBeGreaterThan(before! + 0.2)
    const record = epochs.at(-1)!
    expect(record.meanPositiveDistance).toBeLessThan(record.meanNegativeDistance)
    const pairs = record.histogram!
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
    expect(sum(pairs.positive)).toBe((classes * perClass * (perClass - 1)) / 2)
    expect(sum(pairs.positive) + sum(pairs.negative)).toBe((30 * 29) / 2)
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'finished', bestEpoch: 6 })
    expect(ledger.size).toBeGreaterThan(0)
    for (const mined of ledger.worst()) {
      expect(labels[mined.anchor]).toBe(labels[mined.positive])
      expect(labels[mined.anchor]).not.toBe(labels[mined.negative])
      expect(mined.anchor).not.toBe(mined.positive)
      expect(mined.loss).toBeCloseTo(mined.positiveDistance - mined.negativeDistance + 0.2, 5)
    }
    model.dispose()
  })

  it('gives the same numbers for the same seed', async () => {
    const losses = async () => {
      const { loop, model } = startLoop({ epochs: 2 })
      const values = stepsOf(await collect(loop)).map(({ loss }) => loss)
      model.dispose()
      return values
    }
    expect(await losses()).toEqual(await losses())
  })

  it('keeps no tensors from step to step', async () => {
    const { loop, model } = startLoop({ epochs: 3 })
    const alive: number[] = []
    for await (const event of loop) if (event.kind === 'step') alive.push(tf.memory().numTensors)
    expect(alive.at(-1)).toBe(alive[1])
    model.dispose()
  })

  it('goes back to the best epoch by the selection, the start included', async () => {
    const better = startLoop({}, { select: (epoch) => (epoch === 2 ? 1 : 0) })
    const states: SavedModel[] = []
    for await (const event of better.loop) {
      if (event.kind === 'epoch') {
        states.push(event.state)
        expect(event.isBest).toBe(event.record.epoch === 2)
      }
      if (event.kind === 'ended') expect(event.bestEpoch).toBe(2)
    }
    expect(better.model.snapshot().tensors[0]!.data).toEqual(states[1]!.tensors[0]!.data)
    const never = startLoop({ epochs: 2 }, { select: (epoch) => -epoch })
    const start = never.model.snapshot()
    const events = await collect(never.loop)
    expect(events.at(-1)).toMatchObject({ kind: 'ended', bestEpoch: 0 })
    expect(never.model.snapshot().tensors[0]!.data).toEqual(start.tensors[0]!.data)
    better.model.dispose()
    never.model.dispose()
  })

  it('sees a cancellation within one step and keeps the last whole epoch', async () => {
    const interruption = new Interruption()
    const { loop, model } = startLoop({}, { interruption })
    let steps = 0
    let ended: LoopEvent<SavedModel> | null = null
    for await (const event of loop) {
      if (event.kind === 'step' && ++steps === 47) interruption.cancel()
      if (event.kind === 'ended') ended = event
    }
    expect(steps).toBe(47)
    expect(ended).toMatchObject({ reason: 'cancelled', bestEpoch: 2, steps: 47 })
    model.dispose()
  })

  it('pauses within one step and goes on when resumed', async () => {
    const interruption = new Interruption()
    const { loop, model } = startLoop({ epochs: 1 }, { interruption })
    const kinds: string[] = []
    for await (const event of loop) {
      kinds.push(event.kind)
      if (event.kind === 'step' && event.progress.step === 5) interruption.pause()
      if (event.kind === 'paused') setImmediate(() => interruption.resume())
    }
    expect(kinds.indexOf('paused')).toBe(kinds.indexOf('step') + 5)
    expect(kinds[kinds.indexOf('paused') + 1]).toBe('resumed')
    expect(kinds.filter((kind) => kind === 'step')).toHaveLength(20)
    model.dispose()
  })

  it('ends at the greatest number of steps and at the time limit', async () => {
    const limited = startLoop({ maxSteps: 33 })
    const events = await collect(limited.loop)
    expect(stepsOf(events)).toHaveLength(33)
    expect(epochsOf(events)).toHaveLength(2)
    let clock = 0
    const timed = startLoop({ maxMinutes: 1 }, { now: () => (clock += 1000) })
    const count = stepsOf(await collect(timed.loop)).length
    expect(count).toBeGreaterThan(5)
    expect(count).toBeLessThan(60)
    limited.model.dispose()
    timed.model.dispose()
  })

  it('stops at a loss that is not a number, with the last good state', async () => {
    const features = noisyFeatures()
    let reads = 0
    const { loop, model } = startLoop({ learningRate: 1e-3 }, { features })
    const events: LoopEvent<SavedModel>[] = []
    for await (const event of loop) {
      events.push(event)
      if (event.kind === 'step' && ++reads === 25) features.fill(NaN)
    }
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'notANumber', bestEpoch: 1 })
    const warning = events.find((event) => event.kind === 'warning')
    expect(warning).toMatchObject({ warning: { kind: 'notANumber' } })
    const { tensors } = model.snapshot()
    expect(tensors.every(({ data }) => data.every(Number.isFinite))).toBe(true)
    model.dispose()
  })

  it.each([
    ['contrastive', null, 'euclidean'],
    ['supCon', null, 'cosine'],
    ['multiSimilarity', { name: 'multiSimilarity', options: {} }, 'cosine'],
    ['proxyAnchor', null, 'cosine'],
    ['crossBatchMemory', null, 'euclidean'],
  ] as const)('trains with %s and keeps its hardest triplets', async (name, miner, distance) => {
    const { loop, model, ledger } = startLoop({
      loss: { name, options: {} },
      miner,
      distance,
      epochs: 2,
    })
    const events = await collect(loop)
    expect(stepsOf(events).every(({ loss }) => Number.isFinite(loss))).toBe(true)
    expect(ledger.size).toBeGreaterThan(0)
    expect(ledger.worst().every((t) => t.positiveDistance >= 0 && t.negativeDistance >= 0)).toBe(
      true,
    )
    model.dispose()
  })

  it('bears identical images', async () => {
    const features = noisyFeatures()
    features.copyWithin(0, inputSize, 2 * inputSize)
    const { loop, model } = startLoop({ epochs: 1, distance: 'euclidean' }, { features })
    const events = await collect(loop)
    expect(stepsOf(events).every(({ loss }) => Number.isFinite(loss))).toBe(true)
    expect(events.at(-1)).toMatchObject({ reason: 'finished' })
    model.dispose()
  })
})
