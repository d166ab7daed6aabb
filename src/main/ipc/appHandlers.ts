import type { AppInfo, appContract } from '../../shared/contract/app'
import { AppError } from '../../shared/errors'
import type { BackendReport } from '../../shared/model/training'
import type { ServiceHandlers } from '../../shared/rpc'
import type { JobBoard } from '../jobs/jobBoard'
import type { Shell } from './shell'
import type { Storage } from '../storage'
import type { SettingsStore } from '../settings/settingsStore'

export interface AppHandlerOptions {
  readonly about: Omit<AppInfo, 'backend'>
  readonly settings: SettingsStore
  readonly jobs: JobBoard
  readonly storage: Storage
  readonly shell: Pick<Shell, 'openFolder'>
  backend(): BackendReport | null
}

export const createAppHandlers = ({
  about,
  settings,
  jobs,
  storage,
  shell,
  backend,
}: AppHandlerOptions): ServiceHandlers<typeof appContract> => ({
  info: () => ({ ...about, backend: backend() }),
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
})
