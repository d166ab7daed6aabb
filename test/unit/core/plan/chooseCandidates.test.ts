import { describe, expect, it } from 'vitest'
import { chooseCandidates, multiplyAddsOf } from '../../../../src/core/plan/chooseCandidates'
import { planTraining } from '../../../../src/core/plan/plan'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import type { TrainingRequest } from '../../../../src/shared/model/training'

const extractors = describeExtractors()
const namesOf = (request: TrainingRequest, images = 500) =>
  chooseCandidates(images, request, extractors).map(
    ({ extractor, features }) => `${extractor.id} ${features}`,
  )
const planOf = (request: TrainingRequest, labels: readonly number[], featuresCached = 0) =>
  planTraining({
    labels: Int32Array.from(labels),
    request,
    extractors,
    featuresCached: () => featuresCached,
    speed: shippedSpeeds.tensorflow,
  }).plan
const twentyLabels = Array.from({ length: 160 }, (_, i) => i % 20)

describe('chooseCandidates', () => {
  it('compares nothing unless it is asked to', () => {
    expect(namesOf({})).toEqual([])
    expect(namesOf({ quality: 'fast' })).toEqual([])
    expect(namesOf({ quality: 'best', network: 'small' })).toEqual([])
  })

  it('compares layers of one network, or all networks, and the usual layers of each', () => {
    const [first] = extractors
    const balanced = namesOf({ quality: 'balanced' })
    expect(balanced).toContain(`${first!.id} ${first!.defaultLayers.usual}`)
    expect(balanced.every((name) => name.startsWith(`${first!.id} `))).toBe(true)
    const best = namesOf({ quality: 'best' })
    expect(new Set(best).size).toBe(best.length)
    for (const { id, defaultLayers } of extractors) {
      expect(best).toContain(`${id} ${defaultLayers.usual}`)
    }
  })

  it('takes a network that is named, and layers that are named, as they are', () => {
    const { id, layers } = extractors[1]!
    const named = namesOf({ quality: 'best', extractor: id })
    expect(named.length).toBeGreaterThan(1)
    expect(named.every((name) => name.startsWith(`${id} `))).toBe(true)
    expect(namesOf({ quality: 'best', extractor: id, features: layers[0]!.name })).toEqual([])
  })

  it('puts the cheapest first', () => {
    const costs = chooseCandidates(500, { quality: 'best' }, extractors).map(multiplyAddsOf)
    expect(costs).toEqual([...costs].sort((a, b) => a - b))
  })

  it('leaves out what very many images are too many for', () => {
    const { id, defaultLayers } = extractors[0]!
    const named = namesOf({ quality: 'best' }, 50_000)
    expect(named).toContain(`${id} ${defaultLayers.ofManyImages}`)
    expect(named).not.toContain(`${id} ${defaultLayers.usual}`)
  })
})

describe('the plan of such a run', () => {
  it('has each candidate with its own size, and the time of all', () => {
    const plan = planOf({ quality: 'best' }, twentyLabels)
    const { candidates = [] } = plan.options
    expect(candidates.map(({ features }) => features)).toEqual(
      chooseCandidates(160, { quality: 'best' }, extractors).map(({ features }) => features),
    )
    expect(new Set(candidates.map(({ embeddingSize }) => embeddingSize)).size).toBeGreaterThan(1)
    const balanced = planOf({ quality: 'balanced' }, twentyLabels)
    const fast = planOf({}, twentyLabels)
    expect(balanced.estimatedSeconds).toBeGreaterThan(fast.estimatedSeconds)
    expect(plan.estimatedSeconds).toBeGreaterThan(balanced.estimatedSeconds)
    const cached = planOf({ quality: 'best' }, twentyLabels, 160)
    expect(cached.estimatedSeconds).toBeLessThan(plan.estimatedSeconds)
  })

  it('keeps a size that is asked for', () => {
    const { candidates = [] } = planOf({ quality: 'best', embeddingSize: 64 }, twentyLabels).options
    expect(new Set(candidates.map(({ embeddingSize }) => embeddingSize))).toEqual(new Set([64]))
  })

  it('says where there is nothing to compare, or nothing to compare by', () => {
    const features = extractors[0]!.layers[0]!.name
    const named = planOf({ quality: 'best', features }, twentyLabels)
    expect(named.reasons).toContain('nothingToCompare')
    const few = planOf({ quality: 'best' }, [0, 0, 1, 1])
    expect(few.reasons).toContain('tooFewToCompare')
    expect(few.options.candidates).toBeUndefined()
    expect(planOf({}, twentyLabels).reasons).not.toContain('nothingToCompare')
  })
})
