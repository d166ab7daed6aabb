import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import { trainingRegistry } from '../../../src/main/training/registry'
import RunGainLine from '../../../src/renderer/src/features/training/RunGain.vue'
import RunList from '../../../src/renderer/src/features/training/RunList.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useComparisonStore } from '../../../src/renderer/src/stores/comparison'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import type { RunGain, TodaysResult } from '../../../src/shared/model/comparison'
import type { RunId } from '../../../src/shared/model/ids'
import type { RunSummary } from '../../../src/shared/model/training'
import { asDatasetId, datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const labels = Int32Array.from({ length: 40 }, (_, image) => Math.floor(image / 4))
const { options } = planTraining({
  ...{
    labels,
    request: {},
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.js,
  },
}).plan
const measured = (mapAtR: number) => ({ precisionAt1: 0.9, rPrecision: 0.8, mapAtR, queries: 40 })
const runOf = (id: number, mapAtR: number): RunSummary => ({
  ...{ id: id as RunId, startedAt: id, status: 'finished', options, before: measured(0.5) },
  ...{ closedForm: null, after: measured(mapAtR), bestEpoch: 1, durationMs: 5, backend: null },
  ...{ hasEmbeddings: true, tripletCount: 0 },
})
const resultOf = (id: number, mapAtR: number, testKey = 'a'): TodaysResult => ({
  ...{ runId: id as RunId, part: 'test', metrics: measured(mapAtR), testKey },
  ...{ testLabels: 24, testImages: 96 },
})
const gainOf = (id: number, fields: Partial<RunGain> = {}): RunGain => ({
  ...{ runId: id as RunId, earlierId: (id - 1) as RunId, corrections: 9 },
  ...{ earlier: 0.872, later: 0.881, sharedLabels: 24, isSameTest: true },
  difference: { mean: 0.009, low: 0.002, high: 0.016, over: 'labels' },
  ...fields,
})

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
  connectWire({})
  useDatasetStore().accept(datasetOf())
})
const line = (gain: RunGain) =>
  mount(RunGainLine, { props: { gain, split: 'byClass' }, global: { plugins: [i18n] } })
const words = (text: string) => text.replace(/\s+/g, ' ').trim()

describe('what corrections gave', () => {
  it('is one sentence, coloured only where chance is ruled out', () => {
    const better = line(gainOf(2))
    expect(words(better.text())).toBe(
      'With 9 corrections: MAP@R 0.872 → 0.881 on the same test, +0.009 (0.002 to 0.016)',
    )
    expect(better.get('strong').classes()).toEqual(['better'])
    const open = line(
      gainOf(2, { difference: { mean: 0.009, low: -0.002, high: 0.02, over: 'labels' } }),
    )
    expect(open.get('strong').classes()).toEqual(['open'])
    expect(open.text()).toContain('may be chance')
    const worse = line(
      gainOf(2, { difference: { mean: -0.05, low: -0.08, high: -0.01, over: 'images' } }),
    )
    expect(worse.get('strong').classes()).toEqual(['worse'])
    expect(worse.text()).toContain('−0.050')
  })

  it('is no difference, without an interval, where both answer alike', () => {
    const same = line(gainOf(2, { difference: { mean: 0, low: 0, high: 0, over: 'labels' } }))
    expect(same.text()).toContain('no difference')
    expect(same.text()).not.toMatch(/\(|0\.000|may be chance/)
  })

  it('says what the two share, and speaks of no corrections where there were none', () => {
    const text = line(gainOf(2, { corrections: 0, isSameTest: false, sharedLabels: 20 })).text()
    expect(text).toContain('Against the run before:')
    expect(text).toContain('on the 20 labels that both keep unseen')
    setLocale('zh-CN')
    expect(line(gainOf(2)).text()).toContain('经过 9 处更正')
  })
})

describe('the list of runs', () => {
  it('shows today’s figures, the ones of then where they differ, and groups by test labels', () => {
    useComparisonStore().accept({
      ...{ datasetId: asDatasetId(1), isMeasuring: false },
      results: [resultOf(3, 0.881), resultOf(2, 0.872), resultOf(1, 0.95, 'b')],
      gains: [gainOf(3), gainOf(2, { isSameTest: false })],
    })
    const view = mount(
      {
        render: () =>
          h(TooltipProvider, null, () =>
            h(RunList, {
              runs: [runOf(3, 0.881), runOf(2, 0.822), runOf(1, 0.95)],
              currentId: 3 as RunId,
              registry: trainingRegistry(),
            }),
          ),
      },
      { global: { plugins: [i18n] } },
    )
    const items = view.findAll('li').map((item) => words(item.text()))
    expect(items[0]).toContain('Supervised contrastive')
    expect(items[0]).toContain('0.881')
    expect(items[0]).not.toContain('when trained')
    expect(items[1]).toContain('0.872')
    expect(items[1]).toContain('when trained 0.822')
    // The run before it is tested on other labels: no difference stands beside it.
    expect(view.findAll('.difference').map((one) => one.text())).toEqual(['+0.009'])
    expect(view.get('.difference').classes()).toContain('better')
    expect(view.findAll('h3').map((one) => one.text())).toEqual([
      'Tested on 24 labels',
      'Tested on another choice of 24 labels: not comparable',
    ])
  })
})
