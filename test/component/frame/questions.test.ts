import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Component, h } from 'vue'
import { AppError } from '../../../src/shared/errors'
import type { DatasetId, JobId, RunId } from '../../../src/shared/model/ids'
import type { JobState } from '../../../src/shared/model/jobs'
import type { TrainingState } from '../../../src/shared/model/training'
import ForgetQuestion from '../../../src/renderer/src/frame/ForgetQuestion.vue'
import JobItem from '../../../src/renderer/src/frame/JobItem.vue'
import MovedQuestion from '../../../src/renderer/src/frame/MovedQuestion.vue'
import TrainButton from '../../../src/renderer/src/frame/TrainButton.vue'
import TrainQuestion from '../../../src/renderer/src/frame/TrainQuestion.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useRunStore } from '../../../src/renderer/src/stores/runs'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import { datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const own = 1 as DatasetId
const other = 2 as DatasetId
const jobOf = (fields: Partial<JobState>): JobState => ({
  ...{ id: 1 as JobId, kind: 'training', subject: 'Plants', datasetId: other, phase: 'running' },
  ...{ done: 0, total: 0, remainingMs: null, error: null },
  ...fields,
})

let view: ReturnType<typeof mount>
function show(...components: Component[]) {
  view = mount(
    { render: () => h(TooltipProvider, null, () => components.map((each) => h(each))) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
}
const dialog = () => document.querySelector<HTMLElement>('[role="dialog"]')
async function answer(name: string): Promise<void> {
  const buttons = [...(dialog()?.querySelectorAll('button') ?? [])]
  const button = buttons.find(({ textContent }) => textContent.trim() === name)
  if (button === undefined) throw new Error(`no ${name} in ${dialog()?.textContent}`)
  button.click()
  await flushPromises()
}
const inputs = (calls: readonly (readonly [string, unknown])[], channel: string) =>
  calls.filter(([one]) => one === channel).map(([, input]) => input)

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})
afterEach(() => view?.unmount())

describe('Train while something else is on', () => {
  function begin(jobs: readonly JobState[], refuses = false) {
    const wire = connectWire({
      dataset: {
        columns: () => ({
          ...{ ids: new Uint32Array(), labelIds: new Uint32Array(), flags: new Uint8Array() },
        }),
      },
      training: {
        start: () => {
          if (!refuses) throw new AppError('tooFewClasses', 'one label')
          const details = { kind: 'training', dataset: 'Plants', datasetId: 2 }
          throw new AppError('trainingBusy', 'on', details)
        },
      },
      queue: { add: () => true },
    })
    useDatasetStore().accept(datasetOf())
    useAppStore().jobs = jobs
    show(TrainButton, TrainQuestion)
    return wire
  }
  const press = async () => {
    await view.get('button').trigger('click')
    await flushPromises()
  }

  it('says what trains where, and queues', async () => {
    const wire = begin([jobOf({ remainingMs: 180_000 })])
    expect(view.get('button').text()).toBe('Train')
    await press()
    expect(dialog()?.textContent).toContain('“Plants” is being trained')
    expect(dialog()?.textContent).toContain('about 3 min left')
    expect(inputs(wire.calls, 'training.start')).toEqual([])
    await answer('Queue it')
    expect(inputs(wire.calls, 'queue.add')).toEqual([
      { work: { kind: 'run', datasetId: own, request: {} }, waitsForImport: false },
    ])
    expect(dialog()).toBeNull()
    useAppStore().jobs = [jobOf({}), jobOf({ id: 2 as JobId, datasetId: own, phase: 'waiting' })]
    await flushPromises()
    expect(view.get('button').text()).toBe('Queued')
  })

  it('asks as well where only main knew', async () => {
    const wire = begin([], true)
    await press()
    expect(inputs(wire.calls, 'training.start')).toHaveLength(1)
    expect(dialog()?.textContent).toContain('“Plants” is being trained')
    expect(useToastStore().toasts).toEqual([])
  })

  it('asks during an import: wait, or train on what is there', async () => {
    const jobs = [jobOf({ kind: 'import', datasetId: own, done: 856, total: 8121 })]
    const wire = begin(jobs)
    await press()
    expect(dialog()?.textContent).toContain('856 of 8,121 images are in.')
    await answer('Wait for the import')
    expect(inputs(wire.calls, 'queue.add')).toMatchObject([{ waitsForImport: true }])
    await press()
    await answer('Train on what is there')
    expect(inputs(wire.calls, 'training.start')).toHaveLength(1)
  })

  it('does not ask because of the import of another dataset', async () => {
    const wire = begin([jobOf({ kind: 'import' })])
    await press()
    expect(dialog()).toBeNull()
    expect(inputs(wire.calls, 'training.start')).toHaveLength(1)
  })
})

it('keeps the states of a run of another dataset out of this one', () => {
  connectWire({})
  useDatasetStore().accept(datasetOf())
  const runs = useRunStore()
  const state = { datasetId: other, run: { id: 9 as RunId, status: 'running' } }
  runs.remember(state as unknown as TrainingState)
  expect(runs.states.size).toBe(0)
  expect(runs.active).toBeNull()
})

it('asks before a dataset is forgotten, and names what runs of it', async () => {
  const wire = connectWire({
    dataset: { forget: () => true, current: () => null, recent: () => [], moved: () => null },
  })
  useDatasetStore().accept(datasetOf())
  useAppStore().jobs = [
    jobOf({ datasetId: own, remainingMs: 60_000 }),
    jobOf({ id: 2 as JobId, kind: 'export' }),
  ]
  show(() => h(ForgetQuestion, { open: true }))
  await flushPromises()
  const items = [...(dialog()?.querySelectorAll('li') ?? [])].map(({ textContent }) => textContent)
  expect(items).toHaveLength(1)
  expect(items[0]).toContain('Training')
  await answer('End it and forget')
  expect(inputs(wire.calls, 'dataset.forget')).toEqual([{ datasetId: own, endsWork: true }])
})

it('asks whether a folder is a dataset that moved', async () => {
  const wire = connectWire({ dataset: { answerMoved: () => null } })
  useDatasetStore().moved = {
    ...{ datasetId: own, name: 'Cats', formerFolder: '/a/Cats', folder: '/b/Cats' },
    ...{ same: 812, compared: 820 },
  }
  show(MovedQuestion)
  await flushPromises()
  expect(dialog()?.textContent).toContain('812 of 820 pictures')
  expect(dialog()?.textContent).toContain('/b/Cats')
  await answer('It has moved: take it over')
  expect(inputs(wire.calls, 'dataset.answerMoved')).toEqual([{ answer: 'takeOver' }])
  expect(dialog()).toBeNull()
})

it('names the dataset of each job, and shows an open bar while files are counted', async () => {
  connectWire({})
  const job = jobOf({ kind: 'import', done: 856 })
  show(() => h(JobItem, { job }))
  expect(view.text()).toContain('Plants')
  expect(view.text()).toContain('856 so far')
  expect(view.text()).not.toContain(' of ')
  expect(view.get('[role="progressbar"]').attributes('aria-valuenow')).toBeUndefined()
})

it('takes an error away with the next success of the same', async () => {
  const toasts = useToastStore()
  const failing = () => Promise.reject(new AppError('diskFull', 'full'))
  await toasts.guard(failing, 'export')
  await toasts.guard(failing, 'labels')
  expect(toasts.toasts).toHaveLength(2)
  await toasts.guard(() => Promise.resolve(1), 'export')
  expect(toasts.toasts.map(({ about }) => about)).toEqual(['labels'])
})
