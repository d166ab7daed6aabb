import type { AppInfo } from '../../shared/contract/app'
import type { AppContract } from '../../shared/contract'
import type { Handlers } from '../../shared/rpc'
import type { JobBoard } from '../jobs/jobBoard'
import type { Services } from '../services'
import type { SettingsStore } from '../settings/settingsStore'
import { createAppHandlers } from './appHandlers'
import { createComparisonHandlers } from './comparisonHandlers'
import { createDatasetHandlers } from './datasetHandlers'
import { createExportingHandlers } from './exportingHandlers'
import { createLabelHandlers } from './labelHandlers'
import { createNetworkHandlers } from './networkHandlers'
import { createPredictionHandlers } from './predictionHandlers'
import { createProjectionHandlers } from './projectionHandlers'
import { createQueueHandlers } from './queueHandlers'
import type { Shell } from './shell'
import { createSplitHandlers } from './splitHandlers'
import { createSweepHandlers } from './sweepHandlers'
import { createTrainingHandlers } from './trainingHandlers'
import { createTripletHandlers } from './tripletHandlers'

export interface HandlerOptions {
  readonly services: Services
  readonly settings: SettingsStore
  readonly jobs: JobBoard
  readonly shell: Shell
  readonly about: Omit<AppInfo, 'backend' | 'recovery'>
}

/** Everything the window may ask; a call without a handler does not compile. */
export const createHandlers = ({
  services,
  settings,
  jobs,
  shell,
  about,
}: HandlerOptions): Handlers<AppContract> => ({
  app: createAppHandlers({
    about,
    settings,
    jobs,
    shell,
    storage: services.storage,
    backend: services.backend,
    recovery: services.store.recovery,
  }),
  dataset: createDatasetHandlers(services, shell),
  labels: createLabelHandlers(services),
  networks: createNetworkHandlers(services, shell),
  training: createTrainingHandlers(services),
  split: createSplitHandlers(services),
  sweep: createSweepHandlers(services),
  comparison: createComparisonHandlers(services),
  queue: createQueueHandlers(services),
  triplets: createTripletHandlers(services),
  projection: createProjectionHandlers(services),
  prediction: createPredictionHandlers(services, shell),
  exporting: createExportingHandlers(services, jobs, shell, about.version),
})
