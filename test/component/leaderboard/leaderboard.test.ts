import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import { trainingRegistry } from '../../../src/main/training/registry'
import LeaderboardView from '../../../src/renderer/src/features/leaderboard/LeaderboardView.vue'
import { placeOn } from '../../../src/renderer/src/components/valueScale'
import { scaleOfSweep } from '../../../src/renderer/src/features/leaderboard/scale'
import {
  bestFirst,
  nextSorting,
  sortRows,
} from '../../../src/renderer/src/features/leaderboard/sorting'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useSweepStore } from '../../../src/renderer/src/stores/sweeps'
import { AppError } from '../../../src/shared/errors'
import type { SweepId } from '../../../src/shared/model/ids'
import type { SweepState } from '../../../src/shared/model/sweep'
import {
  differenceOf,
  rowOf,
  sweepOf as stateOf,
  sweepPlan as plan,
  withStandings,
} from '../../support/sweepRows'
import { datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

async function open(states: readonly SweepState[], fails = false) {
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
      start: () => {
        throw new AppError('tooFewClasses', 'one class')
      },
    },
    sweep: {
      plan: () => {
        if (fails) throw new AppError('tooFewClasses', 'one class')
        return plan
      },
      list: () => states,
      start: () => stateOf({ id: 9 as SweepId, status: 'running' }),
      resume: () => stateOf({ status: 'running' }),
      cancel: () => true,
      remove: () => true,
    },
  })
  useDatasetStore().accept(datasetOf())
  await useSweepStore().refresh()
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(LeaderboardView)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await flushPromises()
  const button = (text: string) => view.findAll('button').find((b) => b.text() === text)
  const lossNames = () => view.findAll('tbody .loss').map((cell) => cell.text())
  return { wire, view, button, lossNames }
}

describe('the leaderboard', () => {
  it('asks for nothing but a click, and compares what is chosen', async () => {
    const { wire, view, button } = await open([])
    expect(view.text()).toContain('Let the losses compete')
    expect(view.text()).toContain('4 runs, one after another.')
    await button('Compare')!.trigger('click')
    await flushPromises()
    const [, input] = wire.calls.find(([channel]) => channel === 'sweep.start')!
    const { losses } = (input as { request: { losses: string[] } }).request
    expect(losses).toContain('supCon')
    expect(losses.length).toBeLessThan(trainingRegistry().losses.length)

    // What has been started shows, with a way to end it.
    await button('Cancel')!.trigger('click')
    expect(wire.calls).toContainEqual(['sweep.cancel', { sweepId: 9 }])
    expect(button('Compare')!.attributes('disabled')).toBeDefined()
  })

  it('sends all losses as none named, and nothing while none is chosen', async () => {
    const { wire, view, button } = await open([])
    await button('All')!.trigger('click')
    await button('Compare')!.trigger('click')
    await flushPromises()
    expect(wire.calls).toContainEqual([
      'sweep.start',
      { datasetId: 1, request: { seeds: 1, training: {} } },
    ])
    useSweepStore().remember(stateOf({ id: 9 as SweepId }))
    await flushPromises()
    for (const box of view.findAll('input[type=checkbox]')) await box.setValue(false)
    expect(button('Compare')!.attributes('disabled')).toBeDefined()
    expect(view.text()).toContain('Choose at least one loss.')
  })

  it('says why nothing can be compared', async () => {
    const { view, button } = await open([], true)
    expect(view.get('[role=alert]').text()).toContain('at least two labels')
    expect(button('Compare')!.attributes('disabled')).toBeDefined()
  })

  it('shows the best first, with intervals and the lines they are held against', async () => {
    const { view, lossNames } = await open([stateOf()])
    expect(lossNames()).toEqual(['Supervised contrastive', 'Triplet', 'Proxy-NCA', 'Contrastive'])
    const [first, , waiting, failed] = view.findAll('tbody tr')
    expect(first!.text()).toContain('0.800')
    expect(first!.text()).toContain('start kept')
    expect(first!.findAll('.line')).toHaveLength(2)
    expect(first!.get('td.interval').attributes('title')).toContain('0.750')
    expect(waiting!.text()).toContain('waiting')
    expect(failed!.text()).toContain('Failed: not a number')
    expect(view.get('.bars').text()).toContain('Closed form 0.700')
    expect(view.get('.bars').text()).toContain('Frozen features 0.500')
  })

  it('sorts by a column, and turns it round', async () => {
    const { view, button, lossNames } = await open([stateOf()])
    await button('Time')!.trigger('click')
    expect(lossNames().slice(0, 2)).toEqual(['Supervised contrastive', 'Triplet'])
    await button('Time')!.trigger('click')
    expect(lossNames().slice(0, 2)).toEqual(['Triplet', 'Supervised contrastive'])
    expect(view.find('[aria-sort=descending]').text()).toContain('Time')
  })

  it('moves by arrows, and promotes the row in focus on the split of the sweep', async () => {
    const { wire, view } = await open([stateOf()])
    const rows = view.findAll<HTMLElement>('tbody tr')
    expect(rows.map((row) => row.attributes('tabindex'))).toEqual(['0', '-1', '-1', '-1'])
    rows[0]!.element.focus()
    await rows[0]!.trigger('keydown', { key: 'ArrowDown' })
    await flushPromises()
    expect(document.activeElement).toBe(rows[1]!.element)
    await rows[1]!.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    const [, input] = wire.calls.find(([channel]) => channel === 'training.start')!
    expect(input).toEqual({
      datasetId: 1,
      request: {
        steps: 40,
        loss: { name: 'triplet', options: {} },
        miner: null,
        distance: 'euclidean',
        seed: 1,
        // The sweep is of a version that divided by a shuffle of its seed.
        splitBy: 'shuffle',
        splitSeed: 7,
      },
    })
    // One that failed has nothing to promote.
    const before = wire.calls.length
    await rows[3]!.trigger('keydown', { key: 'Enter' })
    expect(wire.calls).toHaveLength(before)
  })

  it('resumes what was interrupted, and promotes nothing while something runs', async () => {
    const { wire, view, button } = await open([stateOf({ status: 'interrupted' })])
    expect(view.text()).toContain('The program ended in the middle')
    await button('Resume')!.trigger('click')
    await flushPromises()
    expect(wire.calls).toContainEqual(['sweep.resume', { sweepId: 3 }])
    expect(button('Resume')).toBeUndefined()
    expect(view.get('.promote').attributes('disabled')).toBeDefined()
  })

  it('shows where the running one stands', async () => {
    const rows = [rowOf('triplet', { mapAtR: 0.6 }), rowOf('supCon', { status: 'running' })]
    const { view } = await open([stateOf({ status: 'running', remainingMs: 120_000, rows })])
    const [, running] = view.findAll('tbody tr')
    expect(running!.text()).toContain('step 30 of 240')
    expect(running!.get('[role=progressbar]').attributes('aria-valuenow')).toBe('13')
    expect(view.get('.words').text()).toContain('1 of 2 runs done')
    expect(view.get('.words').text()).toContain('about 2 min left')
  })

  it('gives mean and deviation over repeats', async () => {
    const rows = [
      rowOf('triplet', { mapAtR: 0.6, key: 'a' }),
      rowOf('triplet', { mapAtR: 0.7, key: 'b', seed: 2 }),
    ]
    const { view } = await open([stateOf({ rows, request: { seeds: 2, training: {} } })])
    expect(view.findAll('tbody tr')[0]!.text()).toContain('0.650 ± 0.071')
  })
})

describe('the standing of a row', () => {
  const three = () =>
    stateOf({
      rows: [
        rowOf('supCon', { mapAtR: 0.8 }),
        rowOf('triplet', { mapAtR: 0.78 }),
        rowOf('contrastive', { mapAtR: 0.6 }),
      ],
      baselines: { frozen: null, closedForm: null, untrained: null, form: 'whitening' },
    })
  const words = (text: string) => text.replace(/\s+/g, ' ').trim()

  it('colours the best only where it is better than every other one beyond chance', async () => {
    const bar = differenceOf(0.02, 0.06)
    const clear = withStandings(three(), {
      supCon: { toBest: 'best', toBaseline: bar },
      triplet: { toBest: differenceOf(-0.036, -0.004), toBaseline: bar },
      contrastive: { toBest: differenceOf(-0.3, -0.1), toBaseline: bar },
    })
    const { view } = await open([clear])
    expect(view.findAll('.score.best').map((score) => score.text())).toEqual(['0.800'])
    expect(view.findAll('.bar.strong')).toHaveLength(1)
    const [best, second] = view.findAll('td.to-best').map((cell) => words(cell.text()))
    expect(best).toBe('best better than all others')
    expect(second).toBe('−0.020 (−0.036 to −0.004)')

    const byChance = withStandings(three(), {
      supCon: { toBest: 'best', toBaseline: bar },
      triplet: { toBest: differenceOf(-0.05, 0.01), toBaseline: bar },
      contrastive: { toBest: differenceOf(-0.3, -0.1), toBaseline: bar },
    })
    useSweepStore().remember(byChance)
    await flushPromises()
    expect(view.findAll('.score.best, .bar.strong')).toHaveLength(0)
    expect(view.findAll('td.to-best').map((cell) => words(cell.text()))).toEqual([
      'best one other not distinguishable',
      '−0.020 (−0.050 to 0.010) not distinguishable',
      '−0.200 (−0.300 to −0.100)',
    ])
  })

  it('colours no winner where nothing says how sure it is', async () => {
    const { view } = await open([three()])
    expect(view.findAll('.score.best, .bar.strong')).toHaveLength(0)
    expect(view.find('td.to-best').exists()).toBe(false)
    expect(view.get('.notes').text()).toContain('kept no embeddings')
  })

  it('says what is wrong with the set, while it runs and after it', async () => {
    const counts = { constant: 12, features: 2976 }
    const warnings = [{ kind: 'constantFeatures', epoch: 0, action: '', counts } as const]
    const { view } = await open([stateOf({ status: 'running', warnings })])
    expect(view.get('.note.warning').text()).toContain('12 of 2,976 features are the same')
    useSweepStore().remember(stateOf({ status: 'finished', warnings }))
    await flushPromises()
    expect(view.get('.note.warning').text()).toContain('12 of 2,976 features are the same')
  })

  it('names the closed form, and says whether the best is better than it', async () => {
    const better = withStandings(stateOf(), {
      supCon: { toBest: 'best', toBaseline: differenceOf(0.02, 0.06) },
    })
    const named = { ...better, baselines: { ...better.baselines!, form: 'analysis' as const } }
    const { view } = await open([named])
    expect(view.get('.bars').text()).toContain('Closed form (discriminant analysis) 0.700')
    expect(view.get('.over').classes()).toContain('better')
    expect(words(view.get('.over').text())).toBe(
      'Supervised contrastive against the closed form: +0.040 (0.020 to 0.060)',
    )
    useSweepStore().remember(
      withStandings(named, {
        supCon: { toBest: 'best', toBaseline: differenceOf(-0.02, 0.06) },
      }),
    )
    await flushPromises()
    expect(view.get('.over').classes()).toContain('open')
    expect(view.get('.over').text()).toContain('may be chance')
  })

  it('shows the figures of when it ran beside those of today, and marks another test', async () => {
    const then = rowOf('supCon', { mapAtR: 0.83 }).metrics!
    const rows = [rowOf('supCon', { mapAtR: 0.8, whenTrained: then }), rowOf('triplet')]
    const today = { changedImages: 3, isSameTest: false, testLabels: 7, missing: ['triplet'] }
    const state = withStandings(stateOf({ rows }), {
      supCon: { toBest: 'best', toBaseline: null },
    })
    const { view } = await open([{ ...state, today: { ...state.today!, ...today } }])
    const [first, second] = view.findAll('tbody tr').map((row) => words(row.text()))
    expect(first).toContain('0.800when trained 0.830')
    expect(first).not.toContain('better than all others')
    expect(second).toContain('of when it ran')
    const notes = view.get('.notes').text()
    expect(notes).toContain('3 test images have another label')
    expect(notes).toContain('7 now, 8 then')
    expect(notes).toContain('One run kept no embeddings')
    expect(view.find('[aria-label="Remove this comparison (3.1 MB of embeddings)"]').exists()).toBe(
      true,
    )
  })
})

describe('scale', () => {
  it('holds every interval and line between round ends', () => {
    const state = stateOf()
    const scale = scaleOfSweep(state)
    expect(scale.ticks).toEqual([0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    expect(placeOn(scale, 0.4)).toBe(0)
    expect(placeOn(scale, 0.65)).toBeCloseTo(0.5)
    expect(scaleOfSweep({ rows: [], baselines: null })).toMatchObject({ low: 0, high: 1 })
  })

  it('keeps a span where all are the same', () => {
    const rows = [rowOf('a', { mapAtR: 1 })].map((row) => ({
      ...row,
      metrics: { ...row.metrics!, mapAtRLow: 1, mapAtRHigh: 1 },
    }))
    const { low, high } = scaleOfSweep({ rows, baselines: null })
    expect(high).toBeGreaterThan(low)
  })
})

describe('sorting', () => {
  it('leaves what has no value below, both ways', () => {
    const rows = stateOf().rows
    const none = () => null
    const names = (descending: boolean) =>
      sortRows(rows, { column: 'mapAtR', descending }, none).map((row) => row.loss.name)
    expect(names(true)).toEqual(['supCon', 'triplet', 'proxyNCA', 'contrastive'])
    expect(names(false)).toEqual(['triplet', 'supCon', 'proxyNCA', 'contrastive'])
    expect(nextSorting(bestFirst, 'loss')).toEqual({ column: 'loss', descending: false })
  })
})
