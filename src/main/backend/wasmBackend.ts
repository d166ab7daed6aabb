import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type * as wasmModule from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { plainOperations } from '../../core/network/plainOperations'
import type { BackendStart } from './backend'

/** TensorFlow.js on WebAssembly. */
export const startWasm: BackendStart = async ({ projectFolder }) => {
  const require = createRequire(join(projectFolder, 'package.json'))
  const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof wasmModule
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))
  wasm.setWasmPaths(folder + sep)
  if (!(await tf.setBackend('wasm'))) throw new Error('its module did not start')
  return {
    description: 'WebAssembly',
    gpu: false,
    threads: 1,
    operations: plainOperations,
    dispose() {},
  }
}
