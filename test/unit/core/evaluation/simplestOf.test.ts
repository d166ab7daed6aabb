import { describe, expect, it } from 'vitest'
import { meanScore, simplestOf } from '../../../../src/core/evaluation/simplestOf'

const of = <Name extends string>(name: Name, ...scores: number[]) => ({
  name,
  scores: Float64Array.from(scores),
})

it('gives the standard error of a mean', () => {
  expect(meanScore([1, 2, 3])).toEqual({ mean: 2, standardError: Math.sqrt(1 / 3) })
  expect(meanScore([5])).toEqual({ mean: 5, standardError: 0 })
  expect(meanScore([])).toEqual({ mean: 0, standardError: 0 })
})

describe('the simplest that is as good as the best', () => {
  it('is the simple one where labels disagree about the better', () => {
    expect(simplestOf([of('plain', 0.5, 0.5, 0.5), of('trained', 0.9, 0.3, 0.4)])).toBe('plain')
  })

  it('is the better one where all labels agree, however little it is', () => {
    expect(simplestOf([of('plain', 0.2, 0.9, 0.5), of('trained', 0.21, 0.91, 0.511)])).toBe(
      'trained',
    )
  })

  it('pairs by label: a spread that both share does not count', () => {
    const plain = [0.1, 0.9, 0.2, 0.8]
    const better = plain.map((score) => score + 0.05)
    expect(simplestOf([of('plain', ...plain), of('better', ...better)])).toBe('better')
  })

  it('never takes one that is simpler and worse, nor one behind the best in the order', () => {
    expect(simplestOf([of('a', 0, 0), of('b', 1, 1), of('c', 1, 1)])).toBe('b')
    expect(simplestOf([of('a', 1, 1), of('b', 0, 0)])).toBe('a')
  })

  it('takes the better of a single label', () => {
    expect(simplestOf([of('a', 0.4), of('b', 0.5)])).toBe('b')
  })
})
