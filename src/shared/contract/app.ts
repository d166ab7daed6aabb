import * as v from 'valibot'
import { jobId } from '../model/ids'
import type { JobState } from '../model/jobs'
import type { Recovery } from '../model/recovery'
import { type Locale, type Settings, settings } from '../model/settings'
import type { BackendReport } from '../model/training'
import { call, event, nothing } from '../rpc'

export interface AppInfo {
  readonly version: string
  readonly electron: string
  readonly platform: string
  readonly systemLocale: Locale
  /** Absolute path of what the program keeps; shown, never sent back. */
  readonly dataFolder: string
  /** Threads that this machine can run at once. */
  readonly threads: number
  /** null until it has been tried (a few seconds after start). */
  readonly backend: BackendReport | null
  /** Of a database that was damaged or gone at the start; null once it has been read. */
  readonly recovery: Recovery | null
}

/** What can be made again. */
export interface CacheSize {
  readonly featureBytes: number
  readonly thumbnailBytes: number
}

export const appContract = {
  info: call<AppInfo>()(nothing),
  /** A person has read what became of the database. */
  recoveryRead: call<true>()(nothing),
  settings: call<Settings>()(nothing),
  /** Merges into the stored settings and answers with all of them. */
  updateSettings: call<Settings>()(settings),
  /** Opens the system's file manager at what the program keeps. */
  openDataFolder: call<true>()(nothing),
  cacheSize: call<CacheSize>()(nothing),
  /** Removes features, and thumbnails that no dataset uses; answers what was freed. */
  clearCache: call<CacheSize>()(nothing),
  jobs: call<readonly JobState[]>()(nothing),
  cancelJob: call<true>()(v.strictObject({ jobId })),
  /** All jobs that run or ended within the last seconds. */
  jobsChanged: event<readonly JobState[]>(),
  backendChanged: event<BackendReport>(),
}
