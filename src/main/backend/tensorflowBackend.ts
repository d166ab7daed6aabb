import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { plainOperations } from '../../core/network/plainOperations'
import type { BackendStart } from './backend'

/** What we use of the package of the native binding. */
interface NativeModule {
  readonly version: Readonly<Record<string, string>>
}

/** The native TensorFlow library through its Node binding. */
export const startTensorflow: BackendStart = async ({ projectFolder }) => {
  // Kernels and devices are announced on stderr unless told not to, before the library loads.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  restoreRemovedUtilities()
  loadNative(projectFolder)
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend did not start')
  return {
    description: 'TensorFlow',
    gpu: false,
    threads: 1,
    operations: plainOperations,
    dispose() {},
  }
}

/** The binding calls functions that Node 23 dropped. */
function restoreRemovedUtilities(): void {
  const dropped = util as { isNullOrUndefined?: (value: unknown) => boolean }
  if (dropped.isNullOrUndefined) return
  const shim = createRequire(__filename)('node:util') as typeof dropped
  shim.isNullOrUndefined = (value) => value === null || value === undefined
}

function loadNative(projectFolder: string): NativeModule {
  const require = createRequire(join(projectFolder, 'package.json'))
  return require('@tensorflow/tfjs-node-gpu') as NativeModule
}
