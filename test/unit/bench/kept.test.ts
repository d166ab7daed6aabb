import { describe, expect, it } from 'vitest'
import { keptHeading, keptSection, verdictOf } from '../../bench/kept/markdown'
import {
  differenceOfSet,
  isSetWorse,
  isWorse,
  judge,
  type KeptRun,
  type QueryResults,
} from '../../bench/kept/verdict'
import { sectionOf, withSection } from '../../bench/sections'

/** Ten labels of four queries, whose scores are around `mean`, harder label by label. */
function resultsOf(mean: number, { labels = 10, swing = 0 } = {}): QueryResults {
  const label = Int32Array.from({ length: labels * 4 }, (_, i) => i >> 2)
  const mapAtR = Float64Array.from(label, (of) => mean + 0.02 * of + (of % 2 ? swing : -swing))
  return { label, mapAtR, precisionAt1: Float64Array.from(label, (of) => (of < 5 ? 1 : 0)) }
}

const weak = resultsOf(0.2)
const strong = resultsOf(0.4)

function runOf(kept: KeptRun['kept'], saved: QueryResults, trained = strong): KeptRun {
  const results = { features: weak, closedForm: resultsOf(0.3), trained }
  return {
    ...judge(results, saved, kept, 1),
    ...{
      seed: 1,
      kept,
      closedForm: 'whitening',
      reason: 'noBetter',
      heldOut: null,
      split: 'byClass',
    },
    ...{ imageCount: 90, leftOutCount: 0, trainLabels: 20, trainImages: 50 },
    ...{ testLabels: 10, testImages: 40, seconds: 2 },
  }
}

describe('judge', () => {
  it('compares what was kept with the best of the others, and finds it worse', () => {
    const run = runOf('features', weak)
    expect(run.other).toBe('trained')
    expect(run.differences[run.other].mean).toBeCloseTo(-0.2)
    expect(isWorse(run)).toBe(true)
  })

  it('finds nothing wrong with the best, nor with what may be as good', () => {
    const best = runOf('trained', strong)
    expect(best.other).toBe('closedForm')
    expect(best.differences[best.other].mean).toBeCloseTo(0.1)
    expect(isWorse(best)).toBe(false)
    const unsure = runOf('closedForm', resultsOf(0.3), resultsOf(0.31, { swing: 0.3 }))
    expect(unsure.other).toBe('trained')
    expect(unsure.differences[unsure.other].low).toBeLessThan(-0.1)
    expect(isWorse(unsure)).toBe(false)
  })

  it('takes no rounding for a loss, but what is just above it', () => {
    expect(isWorse(runOf('closedForm', resultsOf(0.3), resultsOf(0.3001)))).toBe(false)
    expect(isWorse(runOf('closedForm', resultsOf(0.3), resultsOf(0.301)))).toBe(true)
  })

  it('gives mean, interval over labels and P@1', () => {
    const { mapAtR, low, high, precisionAt1 } = runOf('trained', strong).scores.trained
    expect(mapAtR).toBeCloseTo(0.49)
    expect(precisionAt1).toBe(0.5)
    expect(low).toBeGreaterThan(0.42)
    expect(low).toBeLessThan(0.47)
    expect(high).toBeGreaterThan(0.51)
    expect(high).toBeLessThan(0.56)
  })

  it('draws images where there are few labels', () => {
    const few = (mean: number) => resultsOf(mean, { labels: 3 })
    const results = { features: few(0.1), closedForm: few(0.2), trained: few(0.3) }
    expect(judge(results, few(0.3), 'trained', 1).differences.closedForm.over).toBe('images')
  })
})

describe('a set', () => {
  it('is worse where one candidate would have served better in every run', () => {
    const runs = [runOf('features', weak), runOf('trained', strong), runOf('trained', strong)]
    const { other, mean } = differenceOfSet(runs)
    expect(other).toBe('trained')
    expect(mean).toBeCloseTo(-0.2 / 3)
    expect(isSetWorse(runs)).toBe(true)
    expect(isSetWorse(runs.slice(1))).toBe(false)
  })

  it('is not worse for one unlucky choice among luckier ones', () => {
    const better = runOf('closedForm', resultsOf(0.3), resultsOf(0.28))
    const worse = runOf('closedForm', resultsOf(0.3), resultsOf(0.301))
    expect(isWorse(worse)).toBe(true)
    const { other, mean, high } = differenceOfSet([better, worse])
    expect([other, mean > 0, high > 0]).toEqual(['trained', true, true])
    expect(isSetWorse([better, worse])).toBe(false)
  })
})

describe('the section', () => {
  const origin = { command: 'bench', date: '2026-01-02', machine: 'a machine', versions: 'these' }
  const set = (...runs: KeptRun[]) => [{ title: 'shoes', origin: 'from a shop.', runs }]

  it('names the runs in which another one was better', () => {
    expect(verdictOf(set(runOf('trained', strong)))).toContain('In none of 1 runs')
    const mixed = set(runOf('trained', strong), { ...runOf('features', weak), seed: 2 })
    expect(verdictOf(mixed)).toMatch(/^In 1 of 2 single runs .* shoes seed 2 \(-\.200\)\.$/)
  })

  it('has a row a set and a row a run', () => {
    const runs = [runOf('trained', strong), { ...runOf('features', weak), seed: 2 }]
    const lines = keptSection(set(...runs), origin, ['A remark.']).split('\n')
    const rows = lines.filter((line) => line.startsWith('| shoes'))
    expect(rows).toHaveLength(3)
    expect(rows[0]).toContain('| 90     | 20 / 10 ')
    expect(rows[0]).toContain('whitening: .390 (.390 to .390) / .500')
    expect(rows[0]).toContain('features (1), trained (1): .390 (.290 to .490) / .500')
    expect(rows[2]).toMatch(/shoes, 2 .*\| features \.290 \[.*\| trained -\.200 \[-\.200, -\.200\]/)
    expect(rows[1]).toContain('/ .500 | .490 [')
    const idle = runOf('closedForm', resultsOf(0.3), resultsOf(0.3))
    expect(keptSection(set(idle), origin, [])).toContain('| as closed form |')
    expect(lines).toContain('- Shoes: from a shop.')
    expect(lines).toContain('- A remark.')
  })

  it('takes the place of an older one, and the rest of the document stays', () => {
    const section = keptSection(set(runOf('trained', strong)), origin, [])
    const document = '# Title\n\nText.\n'
    const once = withSection(document, section)
    expect(once.startsWith(document)).toBe(true)
    expect(sectionOf(document, keptHeading)).toBeNull()
    expect(sectionOf(once, keptHeading)).toBe(section)
    const followed = `${once}\n## Next\n\nMore.\n`
    const newer = keptSection(set(runOf('features', weak)), origin, [])
    const twice = withSection(followed, newer)
    expect(twice).toBe(`${document}\n${newer}\n## Next\n\nMore.\n`)
  })
})
