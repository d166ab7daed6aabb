import { join } from 'node:path'
import { registeredNetworks } from '../features/ownNetworks/registeredNetworks'
import { startWorker, type WorkerHandle, type WorkerOptions } from '../jobs/workerHost'
import type { StartProcess } from '../processes/startProcess'
import type { Workspace } from '../workspace'
import type { Extension } from './extensions'
import type { TrainingCommand } from './messages'
import type { JobFolders, SentJob, WorkerStart } from './sentJob'

/** What this machine has for jobs that train and embed. */
export interface WorkSite {
  readonly workspace: Workspace
  /** The folder of the built workers. */
  readonly workersFolder: string
  /** Holds `node_modules` and `resources`. */
  readonly projectFolder: string
  /** Absent: as children of this process, which is Node's. */
  readonly startProcess?: StartProcess | undefined
  /** Absent: in a thread. */
  readonly runsIn?: WorkerOptions<never>['runsIn']
  /** Losses and miners of the person's own; absent: none. */
  readonly extensions?: readonly Extension[] | undefined
}

/** Starts a job on this machine. */
export function startTrainingWorker<Message>(
  site: WorkSite,
  work: {
    readonly job: SentJob
    readonly folders?: Partial<Pick<JobFolders, 'images' | 'results' | 'model'>>
  },
  onMessage: (message: Message) => void,
): WorkerHandle<TrainingCommand> {
  const { workspace, workersFolder, projectFolder, startProcess, runsIn, extensions = [] } = site
  return startWorker<TrainingCommand, Message>({
    file: join(workersFolder, 'training.js'),
    name: 'training',
    data: {
      job: work.job,
      folders: {
        ...{ workers: workersFolder, project: projectFolder, cache: workspace.cacheFolder },
        added: workspace.addedFolder,
        ...work.folders,
      },
      extensions,
      networks: registeredNetworks(),
    } satisfies WorkerStart,
    onMessage,
    startProcess,
    ...(runsIn === undefined ? {} : { runsIn }),
  })
}
