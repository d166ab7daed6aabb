import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { AppInfo } from '../../../shared/contract/app'
import type { JobId } from '../../../shared/model/ids'
import type { JobKind, JobState } from '../../../shared/model/jobs'
import type { Locale, Settings } from '../../../shared/model/settings'
import type { BackendReport } from '../../../shared/model/training'
import { api } from '../api/client'
import { setLocale } from '../locales/i18n'
import { useDatasetStore } from './dataset'
import { useToastStore } from './toasts'

export const views = ['library', 'training', 'triplets', 'map', 'predict'] as const
export type View = (typeof views)[number]
export type Theme = 'system' | 'light' | 'dark'

/** The window itself: language, theme, which view is open, jobs and backend. */
export const useAppStore = defineStore('app', () => {
  const toasts = useToastStore()
  const info = shallowRef<AppInfo | null>(null)
  const settings = shallowRef<Settings>({})
  const backend = shallowRef<BackendReport | null>(null)
  const jobs = shallowRef<readonly JobState[]>([])
  const view = ref<View>('library')
  /** What of the Train view is open. */
  const trainPanel = ref<'runs' | 'leaderboard' | 'compare'>('runs')
  const paletteOpen = ref(false)
  const helpOpen = ref(false)
  const settingsOpen = ref(false)
  const systemDark = ref(true)

  const theme = computed<Theme>(() => settings.value.theme ?? 'system')
  /** The theme that shows: what canvases and charts redraw on. */
  const shownTheme = computed<'light' | 'dark'>(() =>
    theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value,
  )
  const locale = computed<Locale>(() => settings.value.locale ?? info.value?.systemLocale ?? 'en')
  const activeJobs = computed(() =>
    jobs.value.filter((job) => job.phase === 'running' || job.phase === 'paused'),
  )
  /** The job of this kind that works on the open dataset. */
  const jobOf = (kind: JobKind): JobState | null => {
    const datasetId = useDatasetStore().id
    return activeJobs.value.find((job) => job.kind === kind && job.datasetId === datasetId) ?? null
  }
  /** The run or sweep that is on, of whichever dataset: one trains at a time. */
  const trainingJob = computed(
    () => activeJobs.value.find(({ kind }) => kind === 'training' || kind === 'sweep') ?? null,
  )
  /** What waits for its turn, first come first. */
  const waitingJobs = computed(() => jobs.value.filter(({ phase }) => phase === 'waiting'))

  watch(
    shownTheme,
    (shown) => {
      document.documentElement.dataset.theme = shown
    },
    { immediate: true, flush: 'sync' },
  )
  watch(locale, setLocale, { immediate: true, flush: 'sync' })

  function followSystemTheme(): void {
    const query = window.matchMedia('(prefers-color-scheme: dark)')
    systemDark.value = query.matches
    query.addEventListener('change', (change) => {
      systemDark.value = change.matches
    })
  }

  async function load(): Promise<void> {
    followSystemTheme()
    const [loadedInfo, loadedSettings, loadedJobs] = await Promise.all([
      api.app.info({}),
      api.app.settings({}),
      api.app.jobs({}),
    ])
    info.value = loadedInfo
    settings.value = loadedSettings
    backend.value ??= loadedInfo.backend
    jobs.value = loadedJobs
  }

  /** Shows the change at once; what main stored comes after. */
  async function updateSettings(patch: Settings): Promise<void> {
    settings.value = { ...settings.value, ...patch }
    await toasts.guard(() => api.app.updateSettings(patch), 'settings')
  }

  async function readRecovery(): Promise<void> {
    if (info.value !== null) info.value = { ...info.value, recovery: null }
    await toasts.guard(() => api.app.recoveryRead({}))
  }

  function openDataFolder(): Promise<unknown> {
    return toasts.guard(() => api.app.openDataFolder({}))
  }

  function cancelJob(jobId: JobId): Promise<unknown> {
    return toasts.guard(() => api.app.cancelJob({ jobId }))
  }

  /** The Train and Predict views are not about images of the set alone; they take the whole width. */
  const hasInspector = computed(() => view.value !== 'training' && view.value !== 'predict')

  function go(next: View): void {
    view.value = next
  }

  return {
    hasInspector,
    info,
    settings,
    backend,
    jobs,
    activeJobs,
    view,
    trainPanel,
    theme,
    shownTheme,
    locale,
    paletteOpen,
    helpOpen,
    settingsOpen,
    jobOf,
    trainingJob,
    waitingJobs,
    load,
    updateSettings,
    readRecovery,
    openDataFolder,
    cancelJob,
    go,
  }
})
