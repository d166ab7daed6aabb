import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { lossShape } from '../../../src/core/objective/lossShape'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import { trainingRegistry } from '../../../src/main/training/registry'
import { AppError } from '../../../src/shared/errors'
import NetworkSearchTable from '../../../src/renderer/src/features/training/NetworkSearchTable.vue'
import RunResult from '../../../src/renderer/src/features/training/RunResult.vue'
import TrainingView from '../../../src/renderer/src/features/training/TrainingView.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useRunStore } from '../../../src/renderer/src/stores/runs'
import type { DatasetId, RunId } from '../../../src/shared/model/ids'
import type { NetworkSearch } from '../../../src/shared/model/networkSearch'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import { datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

/** Ten labels of four images. */
const tenLabels = Int32Array.from({ length: 40 }, (_, image) => Math.floor(image / 4))
let labels = tenLabels

beforeEach(() => {
  labels = tenLabels
  setActivePinia(createPinia())
  setLocale('en')
})

async function open() {
  const wire = connectWire({
    dataset: {
      columns: () => ({
        ids: new Uint32Array(),
        labelIds: new Uint32Array(),
        flags: new Uint8Array(),
      }),
    },
    training: {
      registry: () => trainingRegistry(),
      lossShape: ({ loss, distance }) => lossShape(loss, distance),
      plan: ({ request }) =>
        planTraining({
          labels,
          request,
          extractors: describeExtractors(),
          featuresCached: () => 0,
          speed: shippedSpeeds.js,
        }).plan,
      start: () => {
        throw new AppError('busy', 'Another run is on.')
      },
    },
  })
  useDatasetStore().accept(datasetOf())
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(TrainingView)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await vi.waitFor(() => expect(view.find('.sentence').exists()).toBe(true))
  return { wire, view }
}

async function openAdvanced(view: VueWrapper): Promise<void> {
  const details = view.get<HTMLDetailsElement>('details')
  details.element.open = true
  await details.trigger('toggle')
}

async function choose(view: VueWrapper, label: string, title: string): Promise<void> {
  await view.get(`button[aria-label^="${label}: "]`).trigger('click')
  await flushPromises()
  const item = [...document.querySelectorAll<HTMLElement>('.item')].find(
    (one) => one.querySelector('.title')?.textContent.trim() === title,
  )
  if (item === undefined) throw new Error(`No ${title}`)
  item.click()
  await flushPromises()
}

it('starts with what was chosen, and shows why it cannot', async () => {
  const { wire, view } = await open()
  await openAdvanced(view)
  await choose(view, 'Loss', 'Triplet')
  await view.get('.actions button').trigger('click')
  await flushPromises()
  expect(wire.calls.find(([channel]) => channel === 'training.start')).toEqual([
    'training.start',
    { datasetId: 1, request: { loss: { name: 'triplet', options: {} } } },
  ])
  expect(useToastStore().toasts.map((toast) => toast.details)).toEqual(['busy: Another run is on.'])
})

it('takes back what the new loss cannot use', async () => {
  const { wire, view } = await open()
  await openAdvanced(view)
  await choose(view, 'Distance', 'Dot product')
  await choose(view, 'Loss', 'ArcFace')
  const request = await vi.waitFor(() => {
    const last = wire.calls.filter(([channel]) => channel === 'training.plan').at(-1)?.[1]
    expect(last).toMatchObject({ request: { loss: { name: 'arcFace' } } })
    return last
  })
  expect(request).toEqual({ datasetId: 1, request: { loss: { name: 'arcFace', options: {} } } })
  await flushPromises()
  expect(view.text()).toContain('1 chosen')
  await view.get('[aria-label="Back to the plan: Loss"]').trigger('click')
  expect(view.text()).not.toContain('1 chosen')
})

it('chooses how batches are drawn, and says why they cannot be', async () => {
  const { wire, view } = await open()
  await openAdvanced(view)
  await choose(view, 'Sampler', 'Confused classes together')
  const planned = () => wire.calls.filter(([channel]) => channel === 'training.plan').at(-1)?.[1]
  await vi.waitFor(() =>
    expect(planned()).toEqual({ datasetId: 1, request: { sampler: 'hardClasses' } }),
  )
  expect(view.find('.problem').exists()).toBe(false)
  await view.get<HTMLSelectElement>('select[aria-label="Network"]').setValue('small')
  await vi.waitFor(() => expect(view.get('.problem').text()).toContain('frozen features'))
  setLocale('zh-CN')
  await flushPromises()
  expect(view.get('.problem').text()).toContain('没有冻结特征')
  setLocale('en')
  await flushPromises()
  await view.get('[aria-label="Back to the plan: Sampler"]').trigger('click')
  await vi.waitFor(() => expect(planned()).toEqual({ datasetId: 1, request: { network: 'small' } }))
})

it('asks where proxies begin only of a loss that has some', async () => {
  const { wire, view } = await open()
  await openAdvanced(view)
  const start = () => view.find<HTMLSelectElement>('select[aria-label="Proxies start at"]')
  expect(start().exists()).toBe(false)
  await choose(view, 'Loss', 'Proxy-NCA++')
  await vi.waitFor(() => expect(start().exists()).toBe(true))
  expect(start().element.value).toBe('classMeans')
  await start().setValue('random')
  await vi.waitFor(() =>
    expect(wire.calls.at(-1)).toEqual([
      'training.plan',
      {
        datasetId: 1,
        request: { loss: { name: 'proxyNCAPlusPlus', options: {} }, proxyStart: 'random' },
      },
    ]),
  )
})

it('goes on with a run that was interrupted', async () => {
  const run = {
    ...{ id: 7 as RunId, startedAt: 1, status: 'interrupted' as const, before: null },
    ...{ closedForm: null, after: null, bestEpoch: null, durationMs: 5, backend: null },
    ...{ hasEmbeddings: false, tripletCount: 0 },
    options: planTraining({
      labels,
      request: {},
      extractors: describeExtractors(),
      featuresCached: () => 0,
      speed: shippedSpeeds.js,
    }).plan.options,
  }
  const view = mount(RunResult, {
    props: {
      state: {
        datasetId: 1 as DatasetId,
        ...{ run, stage: 'training' as const, stageDone: 0, stageTotal: 1, remainingMs: null },
        ...{ latest: null, epochs: [], warnings: [], error: null },
      },
      canTrain: true,
    },
    global: { plugins: [i18n] },
  })
  expect(view.text()).toContain('can go on from its last epoch')
  await view.get('button').trigger('click')
  expect(view.emitted('goOn')).toHaveLength(1)
  await view.setProps({ canTrain: false })
  expect(view.find('button').exists()).toBe(false)

  const wire = connectWire({ training: { resumeRun: () => run, state: () => null } })
  useDatasetStore().accept(datasetOf())
  expect(await useRunStore().goOn(run.id)).toBe(true)
  expect(wire.calls).toContainEqual(['training.resumeRun', { runId: 7 }])
  expect(useRunStore().current?.id).toBe(7)
})

it.each([
  ['en', 'The network eyes has changed since it was added.'],
  ['zh-CN', '网络 eyes 在添加之后已经改变。'],
] as const)(
  'says what stopped a run in words of its own where there are some: %s',
  (locale, words) => {
    // Made, it takes the language of the settings.
    useAppStore()
    setLocale(locale)
    const error = {
      code: 'backendUnavailable',
      message: 'The network eyes has changed since it was added.',
      details: {
        unsuitable: 'The network eyes has changed since it was added.',
        unsuitableChinese: '网络 eyes 在添加之后已经改变。',
      },
    }
    const run = {
      ...{ id: 7 as RunId, startedAt: 1, status: 'failed' as const, before: null },
      ...{ closedForm: null, after: null, bestEpoch: null, durationMs: 5, backend: null },
      ...{ hasEmbeddings: false, tripletCount: 0 },
      options: { split: 'byClass' } as TrainingOptions,
    }
    const view = mount(RunResult, {
      props: {
        state: {
          datasetId: 1 as DatasetId,
          ...{ run, stage: 'features' as const, stageDone: 0, stageTotal: 1, remainingMs: null },
          ...{ latest: null, epochs: [], warnings: [], error },
        },
        canTrain: true,
      },
      global: { plugins: [i18n] },
    })
    expect(view.get('.sentence').text()).toContain(words)
    setLocale('en')
  },
)

it('keeps the options while nothing can be planned', async () => {
  const { view } = await open()
  await openAdvanced(view)
  labels = new Int32Array(40)
  await view.get<HTMLInputElement>('[aria-label="Epochs"]').setValue('3')
  await vi.waitFor(() => expect(view.find('.problem').exists()).toBe(true))
  expect(view.get<HTMLInputElement>('[aria-label="Epochs"]').element.value).toBe('3')
  labels = tenLabels
  await view.get('[aria-label="Back to the plan: Epochs"]').trigger('click')
  await vi.waitFor(() => expect(view.find('.problem').exists()).toBe(false))
})

it('shows the inner options of a loss with a memory', async () => {
  const { view } = await open()
  await openAdvanced(view)
  await choose(view, 'Loss', 'Cross-batch memory')
  expect(view.text()).toContain('length of the queue')
  expect(view.text()).toContain('positives farther than this count')
})

it('chooses how much is compared before training, and says what that comes to', async () => {
  const { wire, view } = await open()
  const quality = view.get('[role="radiogroup"][aria-label="Quality"]')
  const planned = () => wire.calls.filter(([channel]) => channel === 'training.plan').at(-1)?.[1]
  const chosen = () => quality.get<HTMLInputElement>('input:checked').element.value
  expect(chosen()).toBe('fast')
  await quality.get('input[value="best"]').setValue(true)
  await vi.waitFor(() => expect(planned()).toEqual({ datasetId: 1, request: { quality: 'best' } }))
  await vi.waitFor(() => expect(view.text()).toContain('of all networks are first compared'))
  expect(chosen()).toBe('best')
  setLocale('zh-CN')
  await flushPromises()
  expect(view.text()).toContain('比较所有网络')
  setLocale('en')
  await quality.get('input[value="fast"]').setValue(true)
  await vi.waitFor(() => expect(planned()).toEqual({ datasetId: 1, request: {} }))
})

it('shows what was compared and what of it was taken', async () => {
  const score = { mapAtR: 0.5, standardError: 0.01 }
  const [usual, other] = describeExtractors()
  const candidate = (extractor: string, features: string) => ({
    ...{ extractor, features, embeddingSize: 8, multiplyAdds: 345 },
    ...{ form: 'analysis', score, shortfall: { mapAtR: 0.004, standardError: 0.005 }, seconds: 9 },
  })
  const search = {
    ...{ over: 'labels', count: 8, chosen: 0 },
    candidates: [candidate(usual!.id, 'first+second'), candidate(other!.id, 'third')],
  } as NetworkSearch
  connectWire({ training: { registry: () => trainingRegistry() } })
  const table = mount(NetworkSearchTable, { props: { search }, global: { plugins: [i18n] } })
  await vi.waitFor(() => expect(table.text()).toContain(usual!.title.en))
  const rows = table.findAll('tbody tr').map((row) => row.text())
  expect(rows).toHaveLength(2)
  expect(rows[0]).toContain('Taken')
  expect(rows[0]).toContain('0.480 to 0.520')
  expect(rows[1]).not.toContain('Taken')
  expect(table.text()).toContain('8 training labels')
  expect(table.text()).toContain('0.004 MAP@R')
  await table.setProps({ search: { ...search, count: 0 } })
  expect(table.find('table').exists()).toBe(false)
  expect(table.text()).toContain('nothing was compared')
})
