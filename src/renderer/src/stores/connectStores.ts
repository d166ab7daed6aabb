import { watch } from 'vue'
import { api } from '../api/client'
import { useAppStore } from './app'
import { useComparisonStore } from './comparison'
import { useDatasetStore } from './dataset'
import { useImageStore } from './images'
import { useLabelStore } from './labels'
import { usePredictStore } from './predict'
import { useRunStore } from './runs'
import { useSelectionStore } from './selection'
import { useSweepStore } from './sweeps'

/**
 * Wires what main sends to the stores, then asks for the present state. Called once; answers with
 * what takes it apart again.
 */
export function connectStores(): { readonly loaded: Promise<void>; readonly stop: () => void } {
  const app = useAppStore()
  const comparison = useComparisonStore()
  const dataset = useDatasetStore()
  const images = useImageStore()
  const labels = useLabelStore()
  const predict = usePredictStore()
  const runs = useRunStore()
  const selection = useSelectionStore()
  const sweeps = useSweepStore()

  const stops = [
    api.app.onJobsChanged((jobs) => {
      app.jobs = jobs
    }),
    api.app.onBackendChanged((report) => {
      app.backend = report
    }),
    api.dataset.onChanged((summary) => {
      dataset.note(summary)
      if (summary.id === dataset.id) void labels.refresh()
    }),
    api.dataset.onOpened((summary) => {
      dataset.accept(summary)
      void dataset.loadRecent()
    }),
    api.dataset.onMovedChanged((moved) => {
      dataset.moved = moved
    }),
    api.dataset.onImportFinished((report) => {
      if (report.datasetId !== dataset.id) return void dataset.loadRecent()
      dataset.report = report
      images.refresh([])
      void dataset.refreshColumns()
      void dataset.loadRecent()
    }),
    api.labels.onChanged(({ imageIds, undoState }) => {
      labels.undoState = undoState
      images.refresh(imageIds)
      void dataset.refreshColumns()
      void labels.refresh()
      predict.labelsChanged()
    }),
    api.prediction.onChanged((state) => predict.accept(state)),
    api.training.onProgress((state) => runs.remember(state)),
    api.comparison.onChanged((state) => comparison.accept(state)),
    api.sweep.onProgress((state) => sweeps.remember(state)),
    // Each view finds its own selection again.
    watch(
      () => app.view,
      (view) => {
        if (view !== 'triplets') selection.giveBack()
      },
      { flush: 'sync' },
    ),
    watch(
      () => dataset.id,
      () => {
        images.forget()
        selection.clear()
        runs.reset()
        void labels.refresh()
        void runs.refresh()
        comparison.reset()
        void comparison.refresh()
        sweeps.reset()
        void sweeps.refresh()
      },
    ),
    watch(
      () => runs.current?.id ?? null,
      (runId) => {
        if (runId !== null && !runs.states.has(runId)) void runs.loadState(runId)
      },
    ),
  ]
  const loaded = (async () => {
    await Promise.all([app.load(), dataset.load()])
  })()
  return { loaded, stop: () => stops.forEach((stop) => stop()) }
}
