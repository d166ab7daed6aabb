import { minersFor } from '../../../../src/core/objective/compatibility'
import { describe, expect, it } from 'vitest'
import { losses } from '../../../../src/core/losses'
import { incompatibility } from '../../../../src/core/objective/compatibility'
import { miners } from '../../../../src/core/miners'
import { combine } from '../../../../src/core/sweep/combinations'
import { materialText, rowText } from '../../../../src/core/sweep/identity'
import { planSweep } from '../../../../src/core/sweep/planSweep'
import { meanAndDeviation, rankRows, summarizeRows } from '../../../../src/core/sweep/ranking'
import { planTraining } from '../../../../src/core/plan/plan'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import { requestOfRow, type SweepInput, sweepRequest } from '../../../../src/shared/model/sweep'
import { rowOf } from '../../../support/sweepRows'
import * as v from 'valibot'

const labels = Int32Array.from({ length: 120 }, (_, i) => i % 12)
const plan = (request: SweepInput) =>
  planSweep({
    labels,
    request: v.parse(sweepRequest, request),
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.tensorflow,
  })

describe('combine', () => {
  it('takes every loss of the registry where none is named', () => {
    const { chosen, skipped } = combine({})
    expect(chosen.map(({ loss }) => loss.name)).toEqual(losses.names)
    expect(
      chosen.every(({ miner, distance }) => miner === undefined && distance === undefined),
    ).toBe(true)
    expect(skipped).toEqual([])
  })

  it('leaves out what does not go together and says why', () => {
    const { chosen, skipped } = combine({
      losses: ['triplet', 'proxyNCA'],
      miners: ['batchHard', 'none'],
      distances: ['default', 'dot'],
    })
    const names = chosen.map(({ loss, miner, distance }) => [loss.name, miner?.name, distance])
    expect(names).toContainEqual(['triplet', 'batchHard', undefined])
    expect(names).toContainEqual(['proxyNCA', undefined, undefined])
    expect(names.some(([loss, miner]) => loss === 'proxyNCA' && miner === 'batchHard')).toBe(false)
    const left = skipped.find(({ loss, miner }) => loss === 'proxyNCA' && miner === 'batchHard')
    expect(left?.reason).toEqual(incompatibility('proxyNCA', { miner: 'batchHard' }))
    expect(chosen.length + skipped.length).toBe(8)
  })

  it('offers no miner that the window would grey', () => {
    const { chosen } = combine({ miners: [...miners.names] })
    for (const { loss, miner } of chosen) {
      const { takesMiner } = losses.get(loss.name)
      const suits = minersFor(losses.get(loss.name))
      expect(takesMiner).toBe(true)
      expect(suits?.includes(miner!.name) ?? true).toBe(true)
    }
  })
})

describe('planSweep', () => {
  it('plans a run as train would plan it, and gives that request back for promotion', () => {
    const request = v.parse(sweepRequest, {
      losses: ['triplet', 'supCon'],
      seeds: 2,
      training: { steps: 40, splitBy: 'hash' },
    })
    const { rows, split } = plan(request)
    for (const row of rows) {
      const alone = planTraining({
        labels,
        request: requestOfRow({ request, baselines: null }, row),
        extractors: describeExtractors(),
        featuresCached: () => 0,
        speed: shippedSpeeds.tensorflow,
      })
      expect(alone.plan.options).toEqual(row.options)
      expect(alone.split).toEqual(split)
    }
  })

  it('trains every combination with one seed before the next', () => {
    const { rows, plan: planned } = plan({ losses: ['triplet', 'supCon'], seeds: 3 })
    expect(rows.map(({ loss, seed }) => [loss.name, seed])).toEqual([
      ['triplet', 1],
      ['supCon', 1],
      ['triplet', 2],
      ['supCon', 2],
      ['triplet', 3],
      ['supCon', 3],
    ])
    expect(planned.runs).toBe(6)
    expect(planned.combinations).toHaveLength(2)
  })

  it('refuses to choose a network, and takes one that was chosen', () => {
    expect(() => plan({ losses: ['triplet'], training: { quality: 'best' } })).toThrow(
      /does not choose it/,
    )
    const features = describeExtractors()[0]!.defaultLayers.usual
    const { rows } = plan({ losses: ['triplet'], training: { quality: 'best', features } })
    expect(rows).toHaveLength(1)
  })

  it('trains once what two names say', () => {
    const { rows } = plan({ losses: ['triplet'], miners: ['default', 'batchHard'] })
    expect(rows.map(({ miner }) => miner?.name)).toEqual(['batchHard'])
  })

  it('takes every loss there is', () => {
    expect(plan({}).rows).toHaveLength(losses.names.length)
  })

  it('says so where nothing is left', () => {
    expect(() => plan({ losses: ['nPair'], miners: ['batchHard'] })).toThrow(
      'None of the combinations',
    )
    expect(() => plan({ losses: ['nothing'] })).toThrow('nothing')
  })
})

describe('ranking', () => {
  it('puts the best first and the failed last', () => {
    const rows = [
      rowOf('a', { mapAtR: 0.3 }),
      rowOf('b', { status: 'failed' }),
      rowOf('c', { status: 'waiting' }),
      rowOf('d', { mapAtR: 0.9 }),
      rowOf('e', { status: 'running' }),
    ]
    expect(rankRows(rows).map(({ key }) => key)).toEqual(['d', 'a', 'e', 'c', 'b'])
    expect(rows[0]!.key).toBe('a')
  })

  it('gives mean and sample deviation over the seeds of a combination', () => {
    const rows = [
      rowOf('a', { mapAtR: 0.2, seed: 1 }),
      rowOf('a', { mapAtR: 0.4, seed: 2 }),
      rowOf('a', { status: 'failed', seed: 3 }),
      rowOf('b', { mapAtR: 0.5 }),
    ]
    const [best, other] = summarizeRows(rows)
    expect(best).toMatchObject({ loss: { name: 'b' }, runs: 1, mapAtR: { deviation: 0 } })
    expect(other!.runs).toBe(2)
    expect(other!.mapAtR!.mean).toBeCloseTo(0.3)
    expect(other!.mapAtR!.deviation).toBeCloseTo(Math.SQRT1_2 * 0.2)
    expect(meanAndDeviation([])).toBeNull()
  })
})

describe('identity', () => {
  const { rows, split } = plan({ losses: ['triplet'], seeds: 2 })
  const material = {
    sha256: Array.from(labels, (_, i) => `image ${i}`),
    labels,
    split,
    version: '1',
  }

  it('does not depend on how options were put together', () => {
    const { options } = rows[0]!
    const reversed = Object.fromEntries(Object.entries(options).reverse()) as typeof options
    expect(rowText(reversed, 'm')).toBe(rowText(options, 'm'))
  })

  it('changes with the seed, any option, an image, a label, the split and the program', () => {
    const { options } = rows[0]!
    const texts = [
      rowText(options, 'm'),
      rowText(options, 'n'),
      rowText(rows[1]!.options, 'm'),
      rowText({ ...options, embeddingSize: 7 }, 'm'),
      rowText({ ...options, loss: { name: 'triplet', options: { margin: 0.3 } } }, 'm'),
    ]
    expect(new Set(texts).size).toBe(texts.length)
    const changed = <T extends Int32Array | Uint8Array>(array: T): T => {
      const copy = array.slice() as T
      copy[5] = copy[5]! + 1
      return copy
    }
    const materials = [
      material,
      { ...material, sha256: material.sha256.with(3, 'other') },
      { ...material, labels: changed(labels) },
      { ...material, split: changed(split) },
      { ...material, version: '2' },
    ].map(materialText)
    expect(new Set(materials).size).toBe(materials.length)
  })
})
