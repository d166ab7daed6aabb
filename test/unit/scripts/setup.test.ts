import { describe, expect, it } from 'vitest'
import { runtimePath } from '../../../scripts/electronRuntime.mjs'
import { isInstalledAsLocked, isNodeNewEnough } from '../../../scripts/setup/dependencies.mjs'
import { missingLibraries, packageNames } from '../../../scripts/setup/systemLibraries.mjs'
import {
  cudaRequirements,
  cudaWheelPath,
  tensorflowWheelPath,
} from '../../../scripts/setup/tensorflow.mjs'

describe('isNodeNewEnough', () => {
  it.each([
    ['20.19.0', true],
    ['20.18.3', false],
    ['18.20.0', false],
    ['22.1.0', true],
    ['24.0.0', true],
  ])('%s: %s', (version, expected) => {
    expect(isNodeNewEnough(version)).toBe(expected)
  })
})

describe('isInstalledAsLocked', () => {
  const wanted = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b-win32': { version: '2.0.0', optional: true },
    },
  }
  it('bears an absent optional package, and no other difference', () => {
    const a = { version: '1.0.0' }
    expect(isInstalledAsLocked(wanted, { packages: { 'node_modules/a': a } })).toBe(true)
    expect(isInstalledAsLocked(wanted, { packages: {} })).toBe(false)
    expect(isInstalledAsLocked(wanted, {})).toBe(false)
    const older = { 'node_modules/a': { version: '0.9.0' } }
    expect(isInstalledAsLocked(wanted, { packages: older })).toBe(false)
    const otherOptional = { 'node_modules/a': a, 'node_modules/b-win32': { version: '2.1.0' } }
    expect(isInstalledAsLocked(wanted, { packages: otherOptional })).toBe(false)
  })
})

describe('system libraries', () => {
  it('reads what the dynamic linker knows', () => {
    const all = missingLibraries('')
    expect(all).toContain('libgtk-3.so.0')
    const cache = '\tlibgtk-3.so.0 (libc6,x86-64) => /lib/x86_64-linux-gnu/libgtk-3.so.0\n'
    expect(missingLibraries(cache)).toEqual(all.filter((name) => name !== 'libgtk-3.so.0'))
  })

  it('takes the names of newer releases where they exist', () => {
    expect(packageNames(() => false)).toContain('libgtk-3-0')
    const newer = packageNames((name) => name === 'libgtk-3-0t64')
    expect(newer).toContain('libgtk-3-0t64')
    expect(newer).not.toContain('libgtk-3-0')
    expect(newer).toContain('libnss3')
  })
})

describe('runtimePath', () => {
  it("takes Electron's files and leaves Cypress's", () => {
    expect(runtimePath('Cypress/Cypress')).toBe('electron')
    expect(runtimePath('Cypress/libEGL.so')).toBe('libEGL.so')
    expect(runtimePath('Cypress/locales/zh-CN.pak')).toBe('locales/zh-CN.pak')
    expect(runtimePath('Cypress/v8_context_snapshot.bin')).toBe('v8_context_snapshot.bin')
    expect(runtimePath('Cypress/browser_v8_context_snapshot.bin')).toBeUndefined()
    expect(runtimePath('Cypress/resources/app/index.js')).toBeUndefined()
    expect(runtimePath('Cypress')).toBeUndefined()
  })
})

describe('TensorFlow wheels', () => {
  it('takes libraries and the headers that the binding reads', () => {
    const taken = [
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tensorflow/include/tensorflow/c/c_api.h',
      'tensorflow/include/tensorflow/c/eager/c_api.h',
      'tensorflow/include/tensorflow/core/platform/ctstring.h',
      'tensorflow/include/xla/tsl/c/tsl_status.h',
      'tensorflow/include/tsl/platform/ctstring_internal.h',
    ]
    for (const name of taken) expect(tensorflowWheelPath(name)).toBe(name)
    expect(tensorflowWheelPath('tensorflow/include/Eigen/Core')).toBeUndefined()
    expect(tensorflowWheelPath('tensorflow/python/_pywrap.so')).toBeUndefined()
  })

  it("takes CUDA's libraries and tools", () => {
    const taken = [
      'nvidia/cudnn/lib/libcudnn.so.9',
      'nvidia/cuda_nvcc/bin/ptxas',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    ]
    for (const name of taken) expect(cudaWheelPath(name)).toBe(name)
    expect(cudaWheelPath('nvidia/cudnn/include/cudnn.h')).toBeUndefined()
    expect(cudaWheelPath('nvidia_cudnn_cu12-9.3.0.75.dist-info/METADATA')).toBeUndefined()
  })

  it('reads the CUDA packages out of the metadata', () => {
    const metadata = [
      'Name: tensorflow',
      'Requires-Dist: absl-py >=1.0.0',
      "Requires-Dist: nvidia-cublas-cu12 ==12.5.3.2 ; extra == 'and-cuda'",
      'Requires-Dist: nvidia-nccl-cu12==2.21.5; extra == "and-cuda"',
      "Requires-Dist: nvidia-cudnn-cu12 (==9.3.0.75) ; extra == 'and-cuda'",
      "Requires-Dist: other ==1.0 ; extra == 'gcs'",
    ].join('\n')
    expect(cudaRequirements(metadata)).toEqual([
      'nvidia-cublas-cu12==12.5.3.2',
      'nvidia-nccl-cu12==2.21.5',
      'nvidia-cudnn-cu12==9.3.0.75',
    ])
  })
})
