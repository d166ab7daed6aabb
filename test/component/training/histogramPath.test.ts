import { describe, expect, it } from 'vitest'
import { formatFor } from '../../../src/renderer/src/composables/useFormat'
import { lineChartOptions } from '../../../src/renderer/src/components/chartOptions'
import { histogramPath, sharesOf } from '../../../src/renderer/src/features/training/histogramPath'
import { withChanges } from '../../../src/renderer/src/features/training/request'

describe('chart numbers', () => {
  it('draws a histogram whose greatest bar touches the top', () => {
    const shares = sharesOf([1, 3])
    expect(shares).toEqual([0.25, 0.75])
    expect(histogramPath(shares, 0.75, 100, 30)).toBe(
      'M0 30L0.00 20.00L50.00 20.00L50.00 0.00L100.00 0.00L100 30Z',
    )
    expect(sharesOf([0, 0])).toEqual([0, 0])
    expect(histogramPath([], 1, 100, 30)).toBe('')
  })
  it('gives shares an axis of their own, and reads the last value at rest', () => {
    const look = {
      width: 300,
      height: 200,
      format: formatFor('en', (key) => key),
      token: (name: string) => name,
    }
    const lines = [
      { label: 'loss', color: '--text' },
      { label: 'share', color: '--text-muted', axis: 'share' as const },
    ]
    const options = lineChartOptions('step', lines, look)
    expect(options.axes![0]!.incrs).toContain(1)
    expect((options.axes![0]!.incrs as number[]).every(Number.isInteger)).toBe(true)
    expect(options.scales?.['share']?.range).toEqual([0, 1])
    expect(options.axes).toHaveLength(3)
    expect(options.series.map((series) => series.label)).toEqual(['step', 'loss', 'share'])
    expect(lineChartOptions('step', lines.slice(0, 1), look).axes).toHaveLength(2)
    const [, loss] = options.series
    const read = loss?.value as (
      chart: unknown,
      value: number | null,
      series: number,
      at: number | null,
    ) => string
    const chart = {
      data: [
        [1, 2, 3],
        [0.5, 0.25, null],
      ],
    }
    expect(read(chart, 0.5, 1, 0)).toBe('0.500')
    expect(read(chart, null, 1, null)).toBe('0.250')
    expect(read({ data: [[], []] }, null, 1, null)).toBe('–')
  })
})

describe('the training request', () => {
  it('gives a choice back to the plan by leaving the field out', () => {
    const chosen = withChanges({}, { seed: 7 })
    expect(chosen).toEqual({ seed: 7 })
    expect(withChanges(chosen, { seed: undefined })).toEqual({})
    expect(withChanges(chosen, { miner: null, epochs: 3 })).toEqual({
      seed: 7,
      miner: null,
      epochs: 3,
    })
    expect(chosen).toEqual({ seed: 7 })
  })
})
