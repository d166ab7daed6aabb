import * as v from 'valibot'
import { jobId } from '../model/ids'
import type { JobState } from '../model/jobs'
import { type Locale, type Settings, settings } from '../model/settings'
import type { BackendReport } from '../model/training'
import { call, event, nothing } from '../rpc'

export interface AppInfo {
  readonly version: string
  readonly electron: string
  readonly platform: string
  readonly systemLocale: Locale
  /** null until it has been tried (a few seconds after start). */
  readonly backend: BackendReport | null
}

export const appContract = {
  info: call<AppInfo>()(nothing),
  settings: call<Settings>()(nothing),
  /** Merges into the stored settings and answers with all of them. */
  updateSettings: call<Settings>()(settings),
  jobs: call<readonly JobState[]>()(nothing),
  cancelJob: call<true>()(v.strictObject({ jobId })),
  /** All jobs that run or ended within the last seconds. */
  jobsChanged: event<readonly JobState[]>(),
  backendChanged: event<BackendReport>(),
}
