import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import type { LabelQuality, RunReport, RunSummary } from '../../../src/shared/model/training'
import type { RunId } from '../../../src/shared/model/ids'
import ConfusionList from '../../../src/renderer/src/features/training/ConfusionList.vue'
import LabelReport from '../../../src/renderer/src/features/training/LabelReport.vue'
import MetricsTable from '../../../src/renderer/src/features/training/MetricsTable.vue'
import {
  nextOrder,
  reportRows,
  weakestFirst,
} from '../../../src/renderer/src/features/training/reportRows'
import { addedSentence } from '../../../src/renderer/src/features/training/resultSentence'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { asDatasetId, asImageId, asLabelId, labelOf } from '../../support/windowData'

const quality = (id: number, fields: Partial<LabelQuality>): LabelQuality => ({
  labelId: asLabelId(id),
  images: 4,
  queries: 4,
  precisionAt1: 1,
  rPrecision: 1,
  mapAtR: 1,
  right: 4,
  confusedWith: null,
  ...fields,
})
const report: RunReport = {
  runId: 1 as RunId,
  part: 'test',
  metrics: { precisionAt1: 0.8, rPrecision: 0.6, mapAtR: 0.5, queries: 12 },
  neighbours: 5,
  accuracy: 0.9,
  labels: [
    quality(1, {
      mapAtR: 0.25,
      right: 2,
      confusedWith: { labelId: asLabelId(2), count: 2 },
    }),
    quality(2, { images: 10, queries: 10, mapAtR: 0.75, right: 10 }),
    quality(3, { images: 1, queries: 0, mapAtR: 0, right: 0 }),
  ],
  confusions: [
    {
      labelId: asLabelId(1),
      predictedId: asLabelId(2),
      count: 2,
      imageIds: [asImageId(7), asImageId(8)],
    },
  ],
  prediction: null,
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
  useLabelStore().list = [labelOf(1, 'cat'), labelOf(2, 'dog'), labelOf(3, 'ant')]
})
const global = { plugins: [i18n] }
const names = ['', 'cat', 'dog', 'ant']
const order = (...args: Parameters<typeof nextOrder>): string =>
  reportRows(report.labels, (id) => names[id]!, nextOrder(...args), 'en')
    .map(({ name }) => name)
    .join(' ')

describe('the report by label', () => {
  it('puts the weakest first, and what has nothing to find last', () => {
    const rows = reportRows(report.labels, (id) => names[id]!, weakestFirst, 'en')
    expect(rows.map(({ name, share }) => [name, share])).toEqual([
      ['cat', 0.5],
      ['dog', 1],
      ['ant', 0],
    ])
    expect(order(weakestFirst, 'mapAtR')).toBe('dog cat ant')
    expect(order(weakestFirst, 'name')).toBe('ant cat dog')
    expect(order(weakestFirst, 'images')).toBe('dog cat ant')
    expect(order({ column: 'images', descending: true }, 'images')).toBe('ant cat dog')
  })

  it('sorts by its headings and opens a label in the library or on the map', async () => {
    const shown: unknown[] = []
    const view = mount(
      {
        render: () =>
          h(TooltipProvider, null, () =>
            h(LabelReport, {
              report,
              onLibrary: (ids: unknown) => shown.push(['library', ids]),
              onMap: (id: unknown) => shown.push(['map', id]),
            }),
          ),
      },
      { global },
    )
    const labels = () => view.findAll('tbody .label').map((label) => label.text())
    expect(labels()).toEqual(['cat', 'dog', 'ant'])
    expect(view.get('[aria-sort="ascending"]').text()).toBe('MAP@R')
    const [byName] = view.findAll('thead button')
    await byName!.trigger('click')
    expect(labels()).toEqual(['ant', 'cat', 'dog'])
    expect(view.get('[aria-sort="ascending"]').text()).toBe('Label')
    const [ant, cat] = view.findAll('tbody tr')
    expect(ant!.text()).toContain('nothing to find')
    expect(cat!.text()).toContain('50%')
    expect(cat!.find('.other').text()).toBe('dog 2')
    await cat!.get('.label').trigger('click')
    await ant!.trigger('click')
    await cat!.get('.act button').trigger('click')
    expect(shown).toEqual([
      ['library', [1]],
      ['library', [3]],
      ['map', 1],
    ])
  })

  it('shows which labels the vote mixes up, with the images', async () => {
    const view = mount(ConfusionList, {
      props: { report, datasetId: asDatasetId(1) },
      global,
    })
    expect(view.text()).toContain('90% of the votes are right')
    expect(view.findAll('img').map((image) => image.attributes('src'))).toEqual([
      expect.stringContaining('/7'),
      expect.stringContaining('/8'),
    ])
    await view.get('li button').trigger('click')
    expect(view.emitted('show')).toEqual([[report.confusions[0]]])
  })
})

describe('the figures of a run', () => {
  const metrics = (mapAtR: number) => ({ ...report.metrics, mapAtR })
  const run = (fields: Partial<RunSummary>): RunSummary =>
    ({
      ...{ before: null, closedForm: null, after: null, options: { start: 'lda' } },
      ...fields,
    }) as RunSummary
  const open = (shown: RunSummary) =>
    mount(
      { render: () => h(TooltipProvider, null, () => h(MetricsTable, { run: shown })) },
      { global },
    )

  it('shows before, closed form and after with their intervals', () => {
    const after = { ...metrics(0.6), mapAtRLow: 0.55, mapAtRHigh: 0.66 }
    const view = open(run({ before: metrics(0.4), closedForm: metrics(0.5), after }))
    expect(view.findAll('tbody th').map((name) => name.text())).toEqual([
      'Before training',
      'Discriminant analysis or whitening',
      'After training',
    ])
    expect(view.text()).toContain('0.550 to 0.660')
    expect(view.findAll('.bar')).toHaveLength(3)
    expect(view.findAll('.bar.strong')).toHaveLength(1)
  })
  it('has no column of intervals where none was measured, and no table without figures', () => {
    const old = open(run({ after: metrics(0.6) }))
    expect(old.find('.bar').exists()).toBe(false)
    expect(open(run({})).find('table').exists()).toBe(false)
  })
})

describe('what training added', () => {
  const figures = (mapAtR: number) => ({ precisionAt1: 1, rPrecision: 1, mapAtR, queries: 9 })
  const keyOf = (closedForm: number | null, after: number, bestEpoch = 2) => {
    const start = closedForm === null ? null : figures(closedForm)
    const run = { closedForm: start, after: figures(after), bestEpoch }
    return addedSentence(run as RunSummary)
  }

  it('is told against the closed form that the run began with', () => {
    expect(keyOf(0.5, 0.52)).toEqual({
      key: 'training.ended.added',
      values: { difference: '0.020' },
    })
    expect(keyOf(0.5, 0.49)?.key).toBe('training.ended.lost')
    expect(keyOf(0.5, 0.5002)?.key).toBe('training.ended.addedNothing')
    expect(keyOf(0.5, 0.5, 0)?.key).toBe('training.ended.startKept')
    expect(keyOf(null, 0.5)).toBeNull()
  })
})
