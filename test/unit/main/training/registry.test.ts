import { describe, expect, it } from 'vitest'
import { trainingRegistry } from '../../../../src/main/training/registry'

const registry = trainingRegistry()
const loss = (name: string) => registry.losses.find((entry) => entry.name === name)!

describe('trainingRegistry', () => {
  it('describes every choice in both languages', () => {
    const { losses, miners, distances, reducers, regularizers } = registry
    for (const entry of [losses, miners, distances, reducers, regularizers].flat()) {
      expect(entry.title.en, entry.name).not.toBe('')
      expect(entry.description['zh-CN'], entry.name).toMatch(/[\u4e00-\u9fff]/)
    }
    expect(reducers.map(({ name }) => name)).toContain('avgNonZero')
    expect(regularizers.flatMap(({ options }) => options)).toEqual([])
  })

  it('says why a loss does not go with a miner, a distance, a reducer', () => {
    const { unsuitable } = loss('proxyAnchor')
    expect(Object.keys(unsuitable.miners)).toEqual(registry.miners.map(({ name }) => name))
    expect(unsuitable.miners['semiHard']!.en).toMatch(/class representatives/)
    expect(loss('triplet').unsuitable.miners['semiHard']).toBeUndefined()
    expect(loss('triplet').unsuitable.miners['pairMargin']!.en).toMatch(/Made for it: Semi-hard/)
    expect(loss('margin').unsuitable.reducers['sum']!['zh-CN']).toMatch(/归约/)
    expect(loss('triplet').unsuitable.reducers).toEqual({})
  })

  it('greys exactly the distances that a loss is not defined with', () => {
    const names = registry.distances.map(({ name }) => name)
    for (const { distances, unsuitable } of registry.losses) {
      expect(Object.keys(unsuitable.distances)).toEqual(
        names.filter((name) => !distances.includes(name)),
      )
    }
  })
})
