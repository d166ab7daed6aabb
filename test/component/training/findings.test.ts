import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it } from 'vitest'
import { h } from 'vue'
import { warningsOfFeatures } from '../../../src/core/findings/featureFindings'
import { findingsOfContents } from '../../../src/core/findings/setFindings'
import { findingWords } from '../../../src/renderer/src/composables/findingWords'
import { formatFor } from '../../../src/renderer/src/composables/useFormat'
import MetricsTable from '../../../src/renderer/src/features/training/MetricsTable.vue'
import RunWarnings from '../../../src/renderer/src/features/training/RunWarnings.vue'
import { i18n, setLocale, t } from '../../../src/renderer/src/locales/i18n'
import { withoutFigures } from '../../../src/shared/model/retrieval'
import type { RunSummary } from '../../../src/shared/model/training'

const wordsOf = (labels: readonly number[], contents: readonly string[], names = ['A', 'B', 'C']) =>
  findingsOfContents({ labels: Int32Array.from(labels), contents, names }).map((finding) =>
    findingWords(finding, formatFor(i18n.global.locale.value, t), t),
  )

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

it('says what is wrong with a set, in both languages', () => {
  expect(wordsOf([0, 0, 1, 1], ['x', 'x', 'x', 'x'])[0]).toContain('All 4 labelled images')
  expect(wordsOf([0, 0, 1, 1, 2], ['x', 'x', 'y', 'y', 'z'])).toEqual([
    expect.stringContaining('Each of the 2 labels'),
  ])
  expect(wordsOf([0, 0, 1, 1, 2, 2], ['x', 'y', 'x', 'y', 'z', 'w'])).toEqual([
    expect.stringContaining('“A” and “B” hold the same 2 pictures'),
  ])
  const all = [0, 0, 0, 1, 1, 1, 2, 2, 2]
  const same = ['x', 'y', 'z', 'x', 'y', 'z', 'x', 'y', 'z']
  expect(wordsOf(all, same)[0]).toContain('2 more pairs of labels')
  setLocale('zh-CN')
  expect(wordsOf(all, same)[0]).toContain('“A”和“B”含有相同的 3 张图片')
  expect(wordsOf(all, same)[0]).toContain('另有 2 对标签')
})

it('says nothing of a set in which a few pictures are there twice', () => {
  expect(wordsOf([0, 0, 0, 0, 1, 1, 1], ['x', 'x', 'y', 'v', 'z', 'w', 'x'])).toEqual([])
  expect(wordsOf([0, -1, 1, -1], ['x', 'q', 'y', 'q'])).toEqual([])
})

it('counts the features that are at rest', () => {
  const warnings = warningsOfFeatures(
    { isSame: false, constant: 1200, several: 3, same: 3 },
    12,
    1984,
  )
  const view = mount(RunWarnings, {
    props: { warnings, canTrain: true },
    global: { plugins: [i18n] },
  })
  expect(view.text()).toContain('1,200 of 1,984 features')
  expect(view.text()).toContain('Within each label all images have the same features')
})

it('shows a dash and why where nothing was asked, and no 0', () => {
  const metrics = withoutFigures({ queries: 0 })
  const run = { id: 1, before: metrics, closedForm: null, after: metrics, options: {} }
  const table = () => h(MetricsTable, { run: run as unknown as RunSummary })
  const view = mount(
    { render: () => h(TooltipProvider, null, table) },
    { global: { plugins: [i18n] } },
  )
  expect(view.findAll('tbody td').map((cell) => cell.text())).toEqual(['–', '–', '–', '–'])
  expect(view.text()).toContain('no tested image has another of its label')
  expect(view.text()).not.toMatch(/\d\.\d/)
})
