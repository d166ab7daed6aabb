import type { AppInfo, appContract } from '../../shared/contract/app'
import { AppError } from '../../shared/errors'
import type { Recovery } from '../../shared/model/recovery'
import type { BackendReport } from '../../shared/model/training'
import type { ServiceHandlers } from '../../shared/rpc'
import type { JobBoard } from '../jobs/jobBoard'
import type { Shell } from './shell'
import type { Storage } from '../storage'
import type { SettingsStore } from '../settings/settingsStore'

export interface AppHandlerOptions {
  readonly about: Omit<AppInfo, 'backend' | 'recovery'>
  readonly settings: SettingsStore
  readonly jobs: JobBoard
  readonly storage: Storage
  readonly shell: Pick<Shell, 'openFolder'>
  backend(): BackendReport | null
  readonly recovery: Recovery | null
}

export function createAppHandlers(options: AppHandlerOptions): ServiceHandlers<typeof appContract> {
  const { about, settings, jobs, storage, shell, backend } = options
  let { recovery } = options
  return {
    info: () => ({ ...about, backend: backend(), recovery }),
    recoveryRead: () => {
      recovery = null
      return true
    },
    settings: () => settings.current(),
    updateSettings: (change) => settings.update(change),
    openDataFolder: async (): Promise<true> => {
      const reason = await shell.openFolder(about.dataFolder)
      if (reason !== '') {
        throw new AppError(
          'openFailed',
          `The folder ${about.dataFolder} could not be opened (${reason}). Open it in the file manager yourself.`,
          { folder: about.dataFolder },
        )
      }
      return true
    },
    cacheSize: () => storage.cacheSize(),
    clearCache: () => storage.clearCache(),
    jobs: () => jobs.list(),
    cancelJob: ({ jobId }) => {
      jobs.cancel(jobId)
      return true
    },
  }
}
