import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors'
import type { BackendReport } from '../../shared/model/training'
import type { Backend, BackendOptions, BackendStart, StartedOperations } from './backend'
import { frozenNetworks } from './frozenNetworks'
import { startJavascript } from './javascriptBackend'
import { startRemoteTensorflow } from './native/remoteBackend'
import { inThisThread } from './threadBackend'
import { startWasm } from './wasmBackend'

/** A backend whose tensors are in the calling thread. */
const here =
  (start: (options: BackendOptions) => Promise<StartedOperations>): BackendStart =>
  async (options) => {
    const { operations, ...started } = await start(options)
    return { ...started, ...inThisThread(operations) }
  }

const candidates: readonly {
  readonly name: BackendReport['name']
  readonly start: BackendStart
}[] = [
  { name: 'tensorflow', start: startRemoteTensorflow },
  { name: 'wasm', start: here(startWasm) },
  { name: 'js', start: here(startJavascript) },
]

/**
 * Starts the best backend that runs on this machine: the native TensorFlow library, else our WASM
 * kernels, else plain JavaScript; the report says why not the better ones. Networks with fixed
 * weights run in ONNX Runtime beside it. A backend that is asked for by name is the only one tried,
 * and runs those networks too (AppError `backendUnavailable` where it does not run).
 *
 * To be called once in a thread, a worker as a rule: tensors and backends are global to a thread.
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { preferred } = options
  // No check of every tensor for NaN, no advice on the console.
  tf.enableProdMode()
  const tried = candidates.filter(({ name }) => preferred === 'auto' || name === preferred)
  const rejected: { name: string; reason: string }[] = []
  for (const { name, start } of tried) {
    try {
      const { description, gpu, threads, ...backend } = await start(options)
      const report = { name, description, gpu, threads, rejected }
      if (preferred !== 'auto') return { report, ...backend }
      const networks = frozenNetworks(options, { description, loadGraph: backend.loadGraph })
      return {
        ...backend,
        report: { ...report, features: networks.report },
        loadGraph: networks.loadGraph,
        dispose() {
          networks.dispose()
          backend.dispose()
        },
      }
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      rejected.push({ name, reason })
    }
  }
  const reasons = rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
  throw new AppError(
    'backendUnavailable',
    `No backend for training could be started (${reasons}). Run the set-up again or choose the backend "auto".`,
    { preferred },
  )
}
