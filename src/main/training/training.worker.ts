import { Interruption } from '../../core/interruption'
import { AppError, serializeError } from '../../shared/errors'
import type { Backend } from '../backend/backend'
import { backendLost } from '../backend/native/caller'
import { startBackend } from '../backend/startBackend'
import { startOwnRuntime } from '../features/ownNetworks/ownRuntime'
import { registerNetworks } from '../features/ownNetworks/registeredNetworks'
import { startHostedProcess } from '../processes/hostedProcess'
import { openWorkerPort, type WorkerPort } from '../processes/workerPort'
import { embedImages } from './embedImages'
import { findInImages } from './findInImages'
import { loadExtensions } from './extensions'
import type { TrainingCommand, WorkerMessage } from './messages'
import { reportRun } from './runReport'
import { runSweep } from './runSweep'
import { runTraining } from './runTraining'
import { openJob, type WorkerStart } from './sentJob'
import { StageReport } from '../../core/recipes/stageReport'
import { thread } from './thread'
import type { SweepMessage } from './sweepMessages'
import { asAppError } from './workerFailure'

void openWorkerPort<WorkerStart>().then(({ start, port }) => run(start, port))

async function run(start: WorkerStart, port: WorkerPort): Promise<void> {
  const post = (message: WorkerMessage | SweepMessage) => port.postMessage(message)
  const interruption = new Interruption((isHeld) => {
    if (start.job.kind === 'train') post({ kind: isHeld ? 'paused' : 'resumed' })
  })
  port.on('message', (command: TrainingCommand) => {
    switch (command.kind) {
      case 'pause':
        return interruption.pause()
      case 'resume':
        return interruption.resume()
      case 'cancel':
        return interruption.cancel()
      case 'suspend':
        return interruption.suspend()
    }
  })
  let backend: Backend | null = null
  const { workers: workersFolder, project: projectFolder } = start.folders
  const startProcess = startHostedProcess(port)
  const onnx = startOwnRuntime({ workersFolder, projectFolder, startProcess })
  try {
    const job = openJob(start)
    await loadExtensions(start.extensions)
    registerNetworks(start.networks)
    if (job.kind === 'report') {
      const stages = new StageReport(post, interruption, thread.now)
      const tell = (share: number) => stages.share('saving', share)
      post({ kind: 'report', report: await reportRun(job, tell) })
      return
    }
    const starting = startBackend({
      preferred: job.backend,
      workersFolder: job.workersFolder,
      projectFolder: job.projectFolder,
      startProcess,
      onFeatures: (report) => post({ kind: 'features', report }),
    })
    backend = await interruption.unlessCancelled(starting)
    // What is being started ends with this thread.
    if (backend === null) return process.exit(0)
    post({ kind: 'backend', report: backend.report })
    const openOnnx = onnx.open
    if (job.kind === 'train') {
      const result = await runTraining({ job, backend, openOnnx, interruption, post })
      if (result !== null) post({ kind: 'finished', result })
    } else if (job.kind === 'sweep') await runSweep({ job, backend, openOnnx, interruption, post })
    else if (job.kind === 'embed') await embedImages(job, { backend, openOnnx, interruption, post })
    else if (job.kind === 'find') await findInImages(job, { backend, openOnnx, interruption, post })
  } catch (error) {
    post({ kind: 'failed', error: serializeError(asAppError(await withCause(error, backend))) })
  } finally {
    onnx.dispose()
    backend?.dispose()
    port.close()
  }
}

/** How the process of the backend ended, where that is why it failed. */
async function withCause(error: unknown, backend: Backend | null): Promise<unknown> {
  const isLost = error instanceof AppError && error.code === 'backendLost'
  return isLost && backend?.ended !== undefined ? backendLost(await backend.ended) : error
}
