import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatasetService } from '../../../src/main/dataset/datasetService'
import { openStore, type Store } from '../../../src/main/db/store'
import {
  createTrainingService,
  type TrainingService,
} from '../../../src/main/training/trainingService'
import { workspaceIn, type Workspace } from '../../../src/main/workspace'
import type { StartProcess } from '../../../src/main/processes/startProcess'
import type { DatasetId, RunId } from '../../../src/shared/model/ids'
import type { TrainingRequest, TrainingState } from '../../../src/shared/model/training'
import { type BuiltProgram, buildProgram, projectFolder } from './builtProgram'
import { drawEmoji } from './emojiFolder'

/** A training service over real drawings, a real database and real workers. */
export interface TemporaryTraining {
  readonly store: Store
  readonly workspace: Workspace
  readonly datasetId: DatasetId
  readonly workersFolder: string
  /** Another one takes its place after `restart`. */
  service(): TrainingService
  run(request: TrainingRequest): Promise<{ id: RunId; state: TrainingState }>
  /** Resolves at the first state that fits. */
  when(fits: (state: TrainingState) => boolean): Promise<TrainingState>
  /** Kills the worker in the middle of its work; the next service knows only what is stored. */
  restart(): Promise<void>
  dispose(): Promise<void>
}

/**
 * @param arrange what is done to the folder before it is imported
 * @param startProcess absent: as the program does under Node
 * @param runsIn where jobs are done; absent: in a thread
 * @param instead as `buildProgram` takes it
 */
export async function temporaryTraining(
  classes: number,
  arrange: (folder: string) => Promise<void> = async () => {},
  startProcess?: StartProcess,
  runsIn?: 'thread' | 'process',
  instead: Readonly<Record<string, string>> = {},
): Promise<TemporaryTraining> {
  const program: BuiltProgram = await buildProgram(false, instead)
  const folder = await mkdtemp(join(tmpdir(), 'semblance-training-'))
  await drawEmoji(join(folder, 'emoji'), classes, 48)
  await arrange(join(folder, 'emoji'))
  const workspace = workspaceIn(join(folder, 'user data'))
  const store = await openStore(workspace.databaseFile)
  const { workersFolder } = program
  const datasets = createDatasetService({ store, workspace, workersFolder })
  const { dataset, finished } = await datasets.importFolder(join(folder, 'emoji'))
  await finished
  let listener: (state: TrainingState) => void = () => {}
  const open = () =>
    createTrainingService({
      store,
      workspace,
      workersFolder,
      projectFolder,
      startProcess,
      ...(runsIn === undefined ? {} : { runsIn }),
      events: { progress: (state) => listener(state) },
    })
  let service = open()
  return {
    store,
    workspace,
    datasetId: dataset.id,
    workersFolder,
    service: () => service,
    async run(request) {
      const { id } = await service.start({ datasetId: dataset.id, request })
      return { id, state: (await service.finished(id)).state }
    },
    when: (fits) =>
      new Promise((resolve) => {
        listener = (state) => {
          if (!fits(state)) return
          listener = () => {}
          resolve(state)
        }
      }),
    async restart() {
      await service.close()
      service = open()
    },
    async dispose() {
      await service.close()
      await store.close()
      await program.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
