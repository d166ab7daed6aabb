import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import UnseenSummary from '../../../src/renderer/src/features/training/UnseenSummary.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import type { DatasetSplit, SplitSide } from '../../../src/shared/model/split'
import type { TrainingPlan } from '../../../src/shared/model/training'
import { asDatasetId, asLabelId } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const labels = Int32Array.from({ length: 40 }, (_, image) => Math.floor(image / 4))
const { plan } = planTraining({
  labels,
  request: {},
  extractors: describeExtractors(),
  featuresCached: () => 0,
  speed: shippedSpeeds.js,
})

/** Ten labels of which the seed draws two, or the same with others by hand. */
function splitOf(seed: number, byHand: readonly number[] | null = null): DatasetSplit {
  const sideOf = (ids: readonly number[], id: number): SplitSide =>
    ids.includes(id) ? 'unseen' : 'train'
  const drawn = [seed, seed + 1]
  return {
    kind: 'byClass',
    testShare: 0.2,
    seed,
    isByHand: byHand !== null,
    isKept: true,
    labels: Array.from({ length: 10 }, (_, i) => ({
      labelId: asLabelId(i + 1),
      name: `label ${i + 1}`,
      imageCount: i === 9 ? 1 : 4,
      testCount: sideOf(byHand ?? drawn, i + 1) === 'unseen' ? 4 : 0,
      trainCount: sideOf(byHand ?? drawn, i + 1) === 'unseen' ? 0 : 4,
      leftOutCount: i === 5 ? 1 : 0,
      side: sideOf(byHand ?? drawn, i + 1),
      drawnSide: sideOf(drawn, i + 1),
      isWaiting: false,
    })),
    leftOut: Uint32Array.of(77),
  }
}

let now: DatasetSplit
let views: VueWrapper[] = []
afterEach(() => {
  for (const view of views) view.unmount()
  views = []
})
beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
  now = splitOf(1)
})

async function open(shown: TrainingPlan = plan) {
  const wire = connectWire({
    split: {
      state: ({ request }) =>
        request.splitSeed === undefined || request.splitSeed === now.seed
          ? now
          : splitOf(request.splitSeed),
      choose: ({ seed, unseen }) => (now = splitOf(seed, unseen)),
    },
  })
  const view = mount(
    {
      render: () =>
        h(TooltipProvider, null, () =>
          h(UnseenSummary, { plan: shown, datasetId: asDatasetId(1), request: {} }),
        ),
    },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  views.push(view)
  const button = (name: string) =>
    [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))
  const press = async (name: string) => {
    button(name)!.click()
    await flushPromises()
  }
  const boxes = () => [...document.querySelectorAll<HTMLInputElement>('.list input')]
  const chosen = () =>
    boxes()
      .filter(({ checked }) => checked)
      .map((box) => box.closest('.row')!.querySelector('.name')!.textContent)
  const chosenBy = () =>
    wire.calls.filter(([channel]) => channel === 'split.choose').map(([, input]) => input)
  return { view, wire, button, press, boxes, chosen, chosenBy }
}

const openDialog = async (shown?: TrainingPlan) => {
  const opened = await open(shown)
  await opened.press('kept unseen')
  await vi.waitFor(() => expect(opened.boxes().length).toBeGreaterThan(0))
  return opened
}

describe('what is kept unseen', () => {
  it('is said with what it changes, and nothing where there is no test', async () => {
    const { view } = await open({
      ...plan,
      leftOutCount: 3,
      waitingLabelCount: 1,
      changedSideCount: 12,
    })
    expect(view.text()).toContain(`${plan.testClassCount} labels kept unseen`)
    expect(view.text()).toContain('12 images changed sides since the last run')
    expect(view.text()).toContain('3 images do not train: near-duplicates')
    expect(view.text()).toContain('1 label trains until it has a second image')
    const none = await open({ ...plan, options: { ...plan.options, split: 'none' } })
    expect(none.view.text()).toBe('')
  })

  it('is listed, and single labels are chosen by hand with a way back', async () => {
    const { boxes, button, press, chosen, chosenBy } = await openDialog()
    expect(chosen()).toEqual(['label 1', 'label 2'])
    expect(document.body.textContent).not.toContain('will not be compared')
    expect(button('Keep these unseen')).toBeUndefined()
    boxes()[0]!.click()
    await flushPromises()
    // It stays on the list, where it can be taken back.
    expect(boxes()).toHaveLength(2)
    expect(chosen()).toEqual(['label 2'])
    expect(document.body.textContent).toContain('chosen by hand')
    expect(document.body.textContent).toContain('will not be compared in one ranking')
    await press('Back to the draw')
    expect(chosen()).toEqual(['label 1', 'label 2'])
    expect(button('Keep these unseen')).toBeUndefined()

    boxes()[0]!.click()
    await flushPromises()
    await press('Keep these unseen')
    expect(chosenBy()).toEqual([{ datasetId: 1, request: {}, seed: 1, unseen: [2] }])
    const toast = useToastStore().toasts.at(-1)!
    toast.action!.run()
    await flushPromises()
    expect(chosenBy()[1]).toEqual({ datasetId: 1, request: {}, seed: 1, unseen: null })
  })

  it('is drawn again with another seed, shown before it is chosen', async () => {
    const { press, chosen, chosenBy } = await openDialog()
    await press('Draw again')
    await vi.waitFor(() => expect(chosen()).toEqual(['label 2', 'label 3']))
    expect(chosenBy()).toEqual([])
    await press('Keep these unseen')
    expect(chosenBy()).toEqual([{ datasetId: 1, request: {}, seed: 2, unseen: null }])
  })

  it('refuses to leave nothing to test on', async () => {
    const { boxes, button } = await openDialog()
    for (const box of boxes()) box.click()
    await flushPromises()
    expect(button('Keep these unseen')!.disabled).toBe(true)
    expect(document.body.textContent).toContain('Keep at least one label with two images unseen')
  })

  it('leads to the near-duplicates that are left out', async () => {
    const { press } = await openDialog()
    await press('Show them')
    expect([...useSelectionStore().ids]).toEqual([77])
  })
})
