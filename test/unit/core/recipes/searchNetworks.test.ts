import { expect, it } from 'vitest'
import { columnsOfSource, featureSource } from '../../../../src/core/inputSource'
import { chooseOfScored, optionsWith } from '../../../../src/core/recipes/searchNetworks'
import { extractorOfEarlierRuns } from '../../../../src/shared/model/extractor'
import type { TrainingOptions } from '../../../../src/shared/model/training'

const scoresOf = (values: readonly number[]) => new Map(values.map((value, unit) => [unit, value]))
const candidate = (name: string, multiplyAdds: number) => ({
  ...{ extractor: name, features: 'one+two', embeddingSize: 8, multiplyAdds },
})
const scored = (
  name: string,
  forms: Record<'features' | 'whitening' | 'analysis', readonly number[]>,
) => ({
  candidate: candidate(name, 100),
  scores: {
    features: scoresOf(forms.features),
    whitening: scoresOf(forms.whitening),
    analysis: scoresOf(forms.analysis),
  },
  seconds: 2,
})
const low = [0.1, 0.2, 0.1, 0.2]

it('takes the cheapest within a standard error of the best, label by label', () => {
  const cheap = scored('cheap', { features: low, whitening: [0.5, 0.6, 0.7, 0.4], analysis: low })
  // Better on the average by .01, but on one label alone.
  const luckier = scored('luckier', {
    ...{ features: low, whitening: low, analysis: [0.54, 0.6, 0.7, 0.4] },
  })
  const search = chooseOfScored([cheap, luckier], 'labels', 'auto')
  expect(search.chosen).toBe(0)
  expect(search.count).toBe(4)
  expect(search.candidates.map(({ form }) => form)).toEqual(['whitening', 'analysis'])
  expect(search.candidates[0]!.shortfall.mapAtR).toBeCloseTo(0.01, 12)
  expect(search.candidates[0]!.shortfall.standardError).toBeCloseTo(0.01, 12)
  expect(search.candidates[1]!.shortfall).toEqual({ mapAtR: 0, standardError: 0 })
  // Better by as much on every label.
  const better = scored('better', {
    ...{ features: low, whitening: low, analysis: [0.51, 0.61, 0.71, 0.41] },
  })
  expect(chooseOfScored([cheap, better], 'labels', 'auto').chosen).toBe(1)
})

it('compares by the start that is named, and by plain features where they find more', () => {
  const one = scored('one', { features: low, whitening: [0.4, 0.4, 0.4, 0.4], analysis: low })
  const other = scored('other', {
    ...{ features: [0.3, 0.3, 0.3, 0.3], whitening: low, analysis: [0.9, 0.9, 0.9, 0.9] },
  })
  expect(chooseOfScored([one, other], 'labels', 'auto').chosen).toBe(1)
  const named = chooseOfScored([one, other], 'labels', 'whitening')
  expect(named.chosen).toBe(0)
  expect(named.candidates[1]).toMatchObject({ form: 'features', score: { mapAtR: 0.3 } })
})

it('takes the cheapest where nothing could be held out', () => {
  const none = scored('none', { features: [], whitening: [], analysis: [] })
  expect(chooseOfScored([none, none], 'labels', 'auto')).toMatchObject({ count: 0, chosen: 0 })
})

it('names what was chosen in the options, and leaves nothing to choose', () => {
  const options = {
    ...{ features: 'one', embeddingSize: 3, extractor: 'before', candidates: [] },
  } as unknown as TrainingOptions
  expect(optionsWith(options, candidate('chosen', 1))).toEqual({
    ...{ features: 'one+two', embeddingSize: 8, extractor: 'chosen' },
  })
  // As a plan names it.
  expect(optionsWith(options, candidate(extractorOfEarlierRuns, 1))).toEqual({
    ...{ features: 'one+two', embeddingSize: 8 },
  })
})

it('reads the numbers of some layers out of those of all', () => {
  const source = featureSource(
    Float32Array.from({ length: 12 }, (_, i) => i),
    6,
  )
  const some = columnsOfSource(source, [
    { from: 0, to: 1 },
    { from: 3, to: 5 },
  ])
  expect([some.rows, some.rowSize]).toEqual([2, 3])
  const target = new Float32Array(6)
  some.read([1, 0], target, null)
  expect([...target]).toEqual([6, 9, 10, 0, 3, 4])
})
