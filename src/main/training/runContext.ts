import type { Interruption } from '../../core/interruption'
import type { Backend } from '../backend/backend'
import type { OpenOwnSession } from '../features/ownNetworks/ownSession'
import type { TrainJob, WorkerMessage } from './messages'

/** What a run in the worker works with. */
export interface RunContext {
  readonly job: TrainJob
  readonly backend: Backend
  readonly openOnnx?: OpenOwnSession
  readonly interruption: Interruption
  readonly post: (message: WorkerMessage) => void
}
