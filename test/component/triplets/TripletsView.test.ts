import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { h, KeepAlive, ref } from 'vue'
import TripletsView from '../../../src/renderer/src/features/triplets/TripletsView.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useRunStore } from '../../../src/renderer/src/stores/runs'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import type { UndoState } from '../../../src/shared/contract/labels'
import type { QueueId, TripletId, VerdictId } from '../../../src/shared/model/ids'
import type { ReviewQueue, ReviewTriplet, Verdict } from '../../../src/shared/model/triplets'
import {
  asImageId,
  asLabelId,
  asRunId,
  datasetOf,
  imageOf,
  labelOf,
} from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const said: UndoState = { undo: { kind: 'verdict', imageCount: 0, label: null }, redo: null }

let triplets: ReviewTriplet[]
let queueId: number
let waiting: number
let view: ReturnType<typeof mount>

const triplet = (id: number): ReviewTriplet => ({
  id: id as TripletId,
  runId: asRunId(9),
  anchor: asImageId(10 * id),
  positive: asImageId(10 * id + 1),
  negative: asImageId(10 * id + 2),
  anchorLabelId: asLabelId(1),
  positiveLabelId: asLabelId(1),
  negativeLabelId: asLabelId(2),
  epoch: 1,
  step: 2,
  timesMined: 3,
  minedPositiveDistance: 0.9,
  minedNegativeDistance: 0.4,
  minedLoss: 0.7,
  positiveDistance: 0.8,
  negativeDistance: 0.3,
  verdict: null,
  isSettled: false,
})

function queue(): ReviewQueue {
  return {
    id: queueId as QueueId,
    runId: asRunId(9),
    tier: 'violations',
    triplets,
    groups: [
      {
        labelIds: [asLabelId(1), asLabelId(2)],
        names: ['cat', 'dog'],
        places: [...triplets.keys()],
        further: waiting,
      },
    ],
    cursor: 0,
    margin: 0.2,
    distance: 'euclidean',
    waiting,
  }
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
  triplets = [triplet(1), triplet(2), triplet(3)]
  queueId = 5
  waiting = 0
})
afterEach(() => view.unmount())

async function open(shown = ref(true)) {
  const wire = connectWire({
    dataset: { images: ({ ids }) => [...ids].map((id) => imageOf(id)) },
    labels: {
      suggest: () => ({
        runId: asRunId(9),
        voters: 10,
        suggestions: [
          { labelId: asLabelId(2), name: 'dog', votes: 6, share: 0.6 },
          { labelId: asLabelId(3), name: 'wolf', votes: 4, share: 0.4 },
        ],
      }),
      undo: () => ({ undo: null, redo: null }),
    },
    // The split keeps dogs unseen.
    split: {
      ofMerge: ({ into }) =>
        into === asLabelId(2) ? { toTraining: 0, toTest: 8 } : { toTraining: 12, toTest: 0 },
    },
    triplets: {
      queue,
      renew() {
        queueId += 1
        triplets = [triplet(7)]
        waiting = 0
        return queue()
      },
      place: () => true as const,
      counts: () => ({
        tiers: { violations: 3 + waiting, insideMargin: 0, rest: 1 },
        judged: 0,
        mining: null,
      }),
      judged: () => ({
        judged: [
          {
            id: 1 as VerdictId,
            datasetId: datasetOf().id,
            verdict: { kind: 'exclude', which: 'negative' },
            givenAt: 0,
            anchor: asImageId(10),
            positive: asImageId(11),
            negative: asImageId(12),
            labels: ['cat', 'cat', 'dog'],
          },
        ],
        total: 1,
      }),
      give({ tripletId, verdict }) {
        triplets = triplets.map((one) => (one.id === tripletId ? { ...one, verdict } : one))
        return said
      },
    },
  })
  useDatasetStore().accept(datasetOf())
  useAppStore().view = 'triplets'
  useLabelStore().list = [labelOf(1, 'cat', 8), labelOf(2, 'dog', 12), labelOf(3, 'wolf', 2)]
  useRunStore().list = [
    {
      id: 9,
      startedAt: 1,
      hasEmbeddings: true,
      status: 'finished',
      tripletCount: 3,
      options: { loss: { name: 'triplet', options: {} } },
    } as never,
  ]
  view = mount(
    {
      render: () =>
        h(TooltipProvider, null, () =>
          h(KeepAlive, null, () => [shown.value ? h(TripletsView) : h('p')]),
        ),
    },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await flushPromises()
  const press = async (key: string) => {
    const target = document.activeElement ?? document.body
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    const isFree = target.dispatchEvent(event)
    // As a browser does by itself.
    if (isFree && key === 'Enter' && target instanceof HTMLButtonElement) target.click()
    await flushPromises()
  }
  const given = () =>
    wire.calls
      .filter(([channel]) => channel === 'triplets.give')
      .map(([, input]) => input as { tripletId: number; verdict: Verdict })
  return { wire, press, given }
}

describe('a review', () => {
  it('is opened by who looks at it, not behind another view', async () => {
    const shown = ref(true)
    const { wire } = await open(shown)
    const asked = () => wire.calls.filter(([channel]) => channel === 'triplets.queue').length
    const before = asked()
    shown.value = false
    await flushPromises()
    wire.emit('triplets', 'changed', { runId: null, backTo: null })
    await flushPromises()
    expect(asked()).toBe(before)
    shown.value = true
    await flushPromises()
    expect(asked()).toBe(before + 1)
  })

  it('has the same order everywhere: anchor, positive, negative', async () => {
    await open()
    const order = ['Anchor', 'Positive', 'Negative']
    expect(view.findAll('figure .role').map((role) => role.text())).toEqual([
      '2Anchor',
      '3Positive',
      '4Negative',
    ])
    const buttons = view.findAll('.foot button').map((button) => button.text())
    order.forEach((role, i) => expect(buttons[1 + i]).toBe(`${2 + i}${role} is mislabelled`))
  })

  it('ends: it says what changed and offers to train again with it', async () => {
    waiting = 4
    const { press } = await open()
    expect(view.text()).toContain('0 of 3 done')
    await press('1')
    expect(view.text()).toContain('1 of 3 done')
    await press('5')
    // The third is settled by the second.
    triplets = triplets.map((one, i) => (i === 2 ? { ...one, isSettled: true } : one))
    await press('Enter')
    const words = view.text()
    expect(words).toContain('All 3 done')
    expect(words).toContain('1 pair of labels joined')
    expect(words).toContain('1 settled by these corrections')
    expect(words).toContain('Train again with one correction')
    const renew = view.findAll('button').find((button) => button.text() === 'New queue, 4 waiting')
    await renew!.trigger('click')
    await flushPromises()
    expect(view.text()).toContain('0 of 1 done')
  })

  it('asks which label stays, the larger first, and can be swapped or left', async () => {
    const { press, given } = await open()
    await press('5')
    expect(view.text()).toContain('“cat” (8) becomes “dog” (12)')
    expect(view.text()).toContain('8 images are trained on: they go into the test.')
    await press('s')
    expect(view.text()).toContain('“dog” (12) becomes “cat” (8)')
    expect(view.text()).toContain('12 images are kept unseen: they go into training.')
    expect(view.text()).not.toContain('go into the test')
    // Another language asks the same: what was swapped stays swapped.
    setLocale('zh-CN')
    await flushPromises()
    expect(view.text()).toContain('“dog”（12）并入“cat”（8）')
    setLocale('en')
    await press('Escape')
    expect(given()).toEqual([])
    await press('5')
    await press('Enter')
    expect(given()).toEqual([{ tripletId: 1, verdict: { kind: 'sameThing', stays: 'negative' } }])
    const note = () => useToastStore().toasts.at(-1)?.message
    expect(note()).toBe(
      '“cat” became “dog”: 8 images. 8 images that were trained on are in the test now.',
    )
    setLocale('zh-CN')
    expect(note()).toBe('“cat”已并入“dog”：8 张图片。原先参与训练的 8 张图片现在留作测试。')
    expect(useToastStore().toasts.at(-1)?.action?.label).toBe('撤销')
  })

  it('offers what the neighbours suggest, beside the picture, and keeps the question open', async () => {
    const { wire, press, given } = await open()
    await press('4')
    expect(view.get('.question').text()).toContain('dog 60%, wolf 40%')
    expect(view.find('figure.asked + .question').exists()).toBe(true)
    const options = view.findAll('[role="option"]').map((option) => option.text())
    // What it has is what is wrong.
    expect(options.slice(0, 2)).toEqual(['wolfperhaps', 'catperhaps'])
    triplets = triplets.map((one) => ({ ...one, timesMined: 4 }))
    wire.emit('triplets', 'changed', { runId: 9, reason: 'mined', backTo: null })
    await flushPromises()
    await press('Enter')
    expect(given()).toEqual([
      { tripletId: 1, verdict: { kind: 'mislabelled', which: 'negative', label: 'wolf' } },
    ])
  })

  it('lists what was judged with the label and the file of what was excluded', async () => {
    await open()
    const button = view.findAll('button').find((one) => one.text().startsWith('Judged'))
    await button!.trigger('click')
    await flushPromises()
    const words = document.querySelector('[role="dialog"] li .words')!
    expect(words.textContent).toContain('Negative excluded: an image of “dog”')
    const pictures = [...document.querySelectorAll('[role="dialog"] li img')]
    expect(pictures.map((picture) => picture.getAttribute('title'))).toEqual(
      [10, 11, 12].map((id) => imageOf(id).relativePath),
    )
  })

  it('goes back to the triplet whose verdict was undone', async () => {
    const { wire, press } = await open()
    await press('1')
    await press('1')
    expect(view.text()).toContain('3 / 3')
    await press('u')
    triplets = triplets.map((one) => (one.id === 1 ? triplet(1) : one))
    wire.emit('triplets', 'changed', { runId: null, reason: 'verdict', backTo: 1 })
    await flushPromises()
    expect(view.text()).toContain('1 / 3')
  })
})
