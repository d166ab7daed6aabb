import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ExportResult } from '../../../shared/contract/exporting'
import {
  defaultExportSettings,
  type ExportSettings,
  type FormatDescription,
} from '../../../shared/model/embeddingExport'
import { api } from '../api/client'
import { t } from '../locales/i18n'
import { useFormat } from '../composables/useFormat'
import type { RunId } from '../../../shared/model/ids'
import { useAppStore } from './app'
import { useRunStore } from './runs'
import { useSelectionStore } from './selection'
import { useToastStore } from './toasts'

type Written = Extract<ExportResult, { readonly status: 'written' }>

/** What is exported and how, how far it is, and where the last one lies. */
export const useExportStore = defineStore('exporting', () => {
  const app = useAppStore()
  const runs = useRunStore()
  const selection = useSelectionStore()
  const toasts = useToastStore()
  const wordsOf = useFormat()

  const open = ref(false)
  const formats = shallowRef<readonly FormatDescription[]>([])
  const formatName = ref('csv')
  const settings = ref<ExportSettings>(defaultExportSettings)
  const wantsSelection = ref(false)
  const isRunning = ref(false)
  const isReporting = ref(false)
  const written = shallowRef<Written | null>(null)
  const failure = shallowRef<unknown>(null)
  const wasCancelled = ref(false)

  const format = computed(() => formats.value.find(({ name }) => name === formatName.value) ?? null)
  const onlySelection = computed({
    get: () => wantsSelection.value && selection.count > 0,
    set: (only) => {
      wantsSelection.value = only
    },
  })

  async function show(): Promise<void> {
    open.value = true
    if (isRunning.value) return
    forget()
    if (formats.value.length > 0) return
    formats.value = (await toasts.guard(() => api.exporting.formats({}), 'export')) ?? []
  }

  /** Back to the choice; what was chosen stays. */
  function forget(): void {
    written.value = null
    failure.value = null
    wasCancelled.value = false
  }

  async function start(): Promise<void> {
    const run = runs.embedded
    if (run === null || isRunning.value) return
    forget()
    isRunning.value = true
    try {
      const result = await api.exporting.embeddings({
        runId: run.id,
        format: formatName.value,
        settings: { ...settings.value, columns: [...settings.value.columns] },
        ...(onlySelection.value ? { imageIds: selection.column } : {}),
      })
      if (result.status === 'written') {
        written.value = result
        if (!open.value) sayWritten(result)
      }
      wasCancelled.value = result.status === 'cancelled'
      toasts.succeed('export')
    } catch (error) {
      failure.value = error
      if (!open.value) toasts.fail(error, 'export')
    } finally {
      isRunning.value = false
    }
  }

  function sayWritten({ rows, path }: Written): void {
    toasts.say(() => t('exporting.doneIn', { count: wordsOf.value.count(rows), path }, rows), {
      label: () => t('exporting.showInFolder'),
      run: () => void showInFolder(),
    })
  }

  /** The report of a run as one page, for whoever has no such program. */
  async function report(runId: RunId): Promise<void> {
    if (isReporting.value) return
    isReporting.value = true
    try {
      const { locale: language } = app
      const result = await toasts.guard(() => api.exporting.report({ runId, language }), 'export')
      if (result?.status !== 'written') return
      const { path } = result
      toasts.say(() => t('exporting.report.done', { path }), {
        label: () => t('exporting.showInFolder'),
        run: () => void showInFolder(),
      })
    } finally {
      isReporting.value = false
    }
  }

  const showInFolder = (): Promise<unknown> =>
    toasts.guard(() => api.exporting.showLast({}), 'export')

  return {
    ...{ open, formats, formatName, format, settings, onlySelection, isRunning },
    ...{ written, failure, wasCancelled, show, forget, start, showInFolder },
    ...{ isReporting, report },
  }
})
