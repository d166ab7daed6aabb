import { describe, expect, it } from 'vitest'
import { gentleMiner, type Recipe, remedyFor } from '../../../../src/core/loop/remedies'
import type { TrainingTrouble } from '../../../../src/shared/model/training'

const triplet: Recipe = {
  loss: { name: 'triplet', options: { margin: 0.3 } },
  miner: { name: 'batchHard', options: {} },
  rateFactor: 1,
}

/** Remedies one after another until there are none. */
function remedies(trouble: TrainingTrouble, start: Recipe) {
  const found: string[] = []
  let recipe = start
  for (let next = remedyFor(trouble, recipe); next !== null; next = remedyFor(trouble, recipe)) {
    found.push(next.remedy)
    recipe = next.recipe
    expect(found.length).toBeLessThan(10)
  }
  return { found, recipe }
}

describe('remedyFor', () => {
  it('goes from the mildest remedy to none', () => {
    const collapse = remedies('collapse', triplet)
    expect(collapse.found).toEqual([
      'semiHard',
      ...['lowerLearningRate', 'lowerLearningRate', 'lowerLearningRate'],
    ])
    expect(collapse.recipe.miner).toEqual({ name: 'semiHard', options: {} })
    expect(collapse.recipe.rateFactor).toBeCloseTo(0.027)
    const dead = remedies('deadMargin', triplet)
    expect(dead.found.slice(0, 3)).toEqual(['softMargin', 'semiHard', 'lowerLearningRate'])
    expect(dead.recipe.loss.options).toEqual({ margin: 0.3, soft: true })
    expect(new Set(remedies('notANumber', triplet).found)).toEqual(new Set(['lowerLearningRate']))
  })

  it('softens the loss inside a memory', () => {
    const wrapped = { ...triplet, loss: { name: 'crossBatchMemory', options: { loss: 'triplet' } } }
    const { recipe } = remedyFor('deadMargin', wrapped)!
    expect(recipe.loss.options).toEqual({ loss: 'triplet', soft: true })
  })

  it('offers semi-hard only where it replaces a miner of the hardest', () => {
    expect(gentleMiner({ ...triplet, miner: null })).toBeNull()
    expect(gentleMiner({ ...triplet, miner: { name: 'semiHard', options: {} } })).toBeNull()
    expect(gentleMiner({ ...triplet, loss: { name: 'contrastive', options: {} } })).toBeNull()
    const own = { name: 'batchHard', options: { distance: 'cosine' } }
    expect(gentleMiner({ ...triplet, miner: own })).toEqual({
      name: 'semiHard',
      options: { distance: 'cosine' },
    })
  })
})
