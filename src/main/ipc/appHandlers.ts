import type { AppInfo, appContract } from '../../shared/contract/app'
import type { BackendReport } from '../../shared/model/training'
import type { ServiceHandlers } from '../../shared/rpc'
import type { JobBoard } from '../jobs/jobBoard'
import type { SettingsStore } from '../settings/settingsStore'

export interface AppHandlerOptions {
  readonly about: Omit<AppInfo, 'backend'>
  readonly settings: SettingsStore
  readonly jobs: JobBoard
  backend(): BackendReport | null
}

export const createAppHandlers = ({
  about,
  settings,
  jobs,
  backend,
}: AppHandlerOptions): ServiceHandlers<typeof appContract> => ({
  info: () => ({ ...about, backend: backend() }),
  settings: () => settings.current(),
  updateSettings: (change) => settings.update(change),
  jobs: () => jobs.list(),
  cancelJob: ({ jobId }) => {
    jobs.cancel(jobId)
    return true
  },
})
