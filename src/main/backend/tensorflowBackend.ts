import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { findDisagreement } from '../../core/network/operationsCheck'
import type { NetworkOperations } from '../../core/network/networkOperations'
import { plainOperations } from '../../core/network/plainOperations'
import type { BackendOptions, StartedOperations } from './backend'
import type { NativeBackend } from './nativeBinding'
import { createNativeOperations } from './nativeOperations'

const packageName = '@tensorflow/tfjs-node-gpu'

/**
 * The native TensorFlow library through its Node binding, in this thread. The process must have
 * been started with the variables of `nativeEnvironment`.
 */
export async function startTensorflow({
  projectFolder,
}: Pick<BackendOptions, 'projectFolder'>): Promise<StartedOperations> {
  checkInstalled(projectFolder)
  const require = createRequire(join(projectFolder, 'package.json'))
  restoreRemovedUtilities(require)
  require(packageName)
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend did not start')
  const backend = tf.backend() as unknown as NativeBackend
  const { TF_Version: version } = backend.binding
  const gpu = backend.isUsingGpuDevice
  return {
    description: `TensorFlow ${version}, ${gpu ? 'GPU' : 'CPU'}`,
    gpu,
    threads: availableParallelism(),
    operations: fastestThatAgree(backend),
    dispose() {},
  }
}

/** Names the cause, where the loader would print a page about installing. */
export function checkInstalled(projectFolder: string): void {
  const require = createRequire(join(projectFolder, 'package.json'))
  let manifest: string
  try {
    manifest = require.resolve(`${packageName}/package.json`)
  } catch {
    throw new Error('its package is not installed')
  }
  if (!existsSync(join(dirname(manifest), 'lib', 'napi-v8', 'tfjs_binding.node'))) {
    throw new Error('its library is not installed (the set-up says why)')
  }
}

/** The binding's package calls functions that Node 23 dropped. */
function restoreRemovedUtilities(require: NodeJS.Require): void {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean }
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
}

/**
 * The library sums in TensorFloat-32, ten bits, where its environment was not set in time; that is
 * good enough to train with, and the plain operations would be five times as slow.
 */
const gpuTolerance = 0.02

/** Falls back step by step where an operation is missing or gives something else. */
function fastestThatAgree(backend: NativeBackend): NetworkOperations {
  const isCpu = !backend.isUsingGpuDevice
  for (const pooling of isCpu ? (['argmax', 'plain'] as const) : (['plain'] as const)) {
    const operations = createNativeOperations(backend, pooling)
    try {
      if (findDisagreement(operations, isCpu ? undefined : gpuTolerance) === null) return operations
    } catch {
      // An operation or a kernel that this library does not have: the next choice needs fewer.
    }
  }
  return plainOperations
}
