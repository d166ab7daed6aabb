import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import type { RunId } from '../../../src/shared/model/ids'
import type { ProjectionPoints, ProjectionState } from '../../../src/shared/model/projection'
import MapLegend from '../../../src/renderer/src/features/map/MapLegend.vue'
import MapView from '../../../src/renderer/src/features/map/MapView.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useRunStore } from '../../../src/renderer/src/stores/runs'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import { datasetOf, imageOf, labelOf } from '../../support/windowData'
import { trainingRegistry } from '../../../src/main/training/registry'
import { connectWire } from '../../support/windowWire'

const runId = 9 as RunId
const running: ProjectionState = {
  runId,
  method: 'umap',
  phase: 'running',
  done: 250,
  total: 1000,
  options: null,
  revision: 1,
}
const pca: ProjectionPoints = {
  runId,
  method: 'pca',
  ids: Uint32Array.of(1, 2, 3),
  xy: Float32Array.of(0, 0, 1, 1, -1, 1),
  splits: Uint8Array.of(1, 1, 2),
  wrongNeighbour: Uint8Array.of(0, 1, 0),
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

async function open(options: { runs?: readonly object[]; imageCount?: number } = {}) {
  let points = pca
  let cancelled = 0
  const wire = connectWire({
    training: { registry: () => trainingRegistry() },
    dataset: {
      columns: () => ({
        ids: Uint32Array.of(1, 2, 3),
        labelIds: Uint32Array.of(1, 1, 2),
        flags: new Uint8Array(3),
      }),
      images: ({ ids }) => [...ids].map((id) => imageOf(id)),
    },
    projection: {
      start: () => running,
      pause: () => true,
      points: () => points,
      cancel: () => {
        cancelled++
        return true
      },
    },
  })
  useDatasetStore().accept(datasetOf({ imageCount: options.imageCount ?? 3 }))
  useLabelStore().list = [labelOf(1, 'cat'), labelOf(2, 'dog')]
  useRunStore().list = (options.runs ?? [
    { id: runId, startedAt: 1, hasEmbeddings: true, status: 'finished', options: { seed: 1 } },
  ]) as never
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(MapView)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await flushPromises()
  return {
    wire,
    view,
    showUmap: () => {
      points = { ...pca, method: 'umap' }
    },
    cancelled: () => cancelled,
  }
}

describe('the map', () => {
  it('asks to train first where no run is', async () => {
    const { view } = await open({ runs: [] })
    expect(view.text()).toContain('Train first')
    expect(view.get('button').text()).toBe('Train')
    view.unmount()
  })

  it('says that it comes after a training under way, and that runs without embeddings have none', async () => {
    const run = { id: 1, startedAt: 1, hasEmbeddings: false }
    const first = await open({ runs: [{ ...run, status: 'running' }] })
    expect(first.view.text()).toContain('Training is under way')
    first.view.unmount()
    const second = await open({ runs: [{ ...run, status: 'cancelled' }] })
    expect(second.view.text()).toContain('No run has a map')
    second.view.unmount()
  })

  it('sends to the library where there are no images', async () => {
    const { view } = await open({ imageCount: 0 })
    expect(view.text()).toContain('No images yet')
    view.unmount()
  })

  it('shows PCA with progress and cancel, then UMAP when it is there', async () => {
    const { view, wire, showUmap, cancelled } = await open()
    expect(view.get('canvas').attributes('aria-label')).toBe('Map of 3 images, PCA')
    expect(view.text()).toContain('PCA, shown while UMAP is computed')
    expect(view.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
    await view.get('[aria-label="Stop computing the map"]').trigger('click')
    expect(cancelled()).toBe(1)
    showUmap()
    wire.emit('projection', 'progress', { ...running, phase: 'finished', done: 1000, revision: 2 })
    await flushPromises()
    expect(view.get('canvas').attributes('aria-label')).toBe('Map of 3 images, UMAP')
    expect(view.find('[role=progressbar]').exists()).toBe(false)
    view.unmount()
  })

  it('makes the map anew with other options', async () => {
    const { view, wire } = await open()
    await view.get('[aria-label="Options of the map"]').trigger('click')
    await flushPromises()
    const dialog = document.querySelector('[role=dialog]')!
    const neighbours = dialog.querySelector<HTMLInputElement>('[aria-label="Neighbours"]')!
    expect(neighbours.value).toBe('15')
    expect(dialog.querySelector<HTMLInputElement>('[aria-label="Least distance"]')!.value).toBe('')
    neighbours.value = '400'
    neighbours.dispatchEvent(new Event('change'))
    await flushPromises()
    const buttons = [...dialog.querySelectorAll('button')]
    buttons.find((button) => button.textContent.trim() === 'Make the map')!.click()
    await flushPromises()
    const usual = { method: 'fast', leastDistance: 'auto', metric: 'cosine', labelWeight: 0 }
    const options = { ...usual, neighbours: 100, seed: 1 }
    expect(wire.calls).toContainEqual(['projection.start', { runId, options }])
    view.unmount()
  })

  it('says when it is paused', async () => {
    const { view, wire } = await open()
    await view.get('[aria-label="Pause"]').trigger('click')
    wire.emit('projection', 'progress', { ...running, phase: 'paused' })
    await flushPromises()
    expect(view.text()).toContain('Paused')
    expect(view.find('[aria-label="Go on"]').exists()).toBe(true)
    view.unmount()
  })

  it('counts the labels in the legend and dims one by a click', async () => {
    const { view } = await open()
    const legend = view.getComponent(MapLegend)
    const lines = legend.findAll('li button')
    expect(lines.map((line) => line.text())).toEqual(['cat2', 'dog1'])
    await lines[0]!.trigger('click')
    expect(legend.findAll('li button')[0]!.attributes('aria-pressed')).toBe('false')
    view.unmount()
  })

  it('shows a selection of several in a filmstrip', async () => {
    const { view } = await open()
    const selection = useSelectionStore()
    selection.replace([1])
    await flushPromises()
    expect(view.find('[aria-label="Selected images"]').exists()).toBe(false)
    selection.replace([1, 3])
    await flushPromises()
    expect(view.get('[aria-label="Selected images"]').text()).toContain('2 images')
    view.unmount()
  })
})
