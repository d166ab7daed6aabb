import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors'
import type { BackendStart } from '../backend'
import { passRowsOfTensorflow } from '../pictureGraph'
import { checkInstalled } from '../tensorflowBackend'
import { startNativeCaller } from './caller'
import { remoteModels } from './remoteModels'
import { remoteProduct } from './remoteProduct'
import { startNodeProcess } from '../../processes/startProcess'

/**
 * The native TensorFlow library in a process of its own: what ends it, a fault inside the library
 * or the system that runs out of memory, leaves this process alive. Each call waits for its answer.
 */
export const startRemoteTensorflow: BackendStart = async (options) => {
  const { workersFolder, projectFolder, startProcess = startNodeProcess } = options
  checkInstalled(projectFolder)
  if (!existsSync(join(workersFolder, 'native.js'))) throw new Error('its process is not built')
  const caller = await startNativeCaller({ workersFolder, startProcess })
  const { call, callLater } = caller
  let ids = 0
  const newId = () => ++ids
  try {
    const started = await callLater('start', { projectFolder })
    return {
      ...started,
      ended: caller.ended,
      models: remoteModels(caller, newId),
      product: remoteProduct(caller, newId),
      async loadGraph(request) {
        const id = newId()
        await callLater('loadGraph', { id, request })
        return {
          passRows: passRowsOfTensorflow,
          run: (pixels, n) => call('runGraph', { id, pixels, n }),
          dispose: () => call('dispose', { id }),
        }
      },
      dispose: () => caller.close(),
    }
  } catch (error) {
    caller.close()
    if (!(error instanceof AppError && error.code === 'backendLost')) throw error
    throw new Error(`its process ended (${await caller.ended})`, { cause: error })
  }
}
