import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as OnnxLibraryModule from 'onnxruntime-node'
import type { OnnxProvider } from './calls'

const packageName = 'onnxruntime-node'

/** Where the library of this machine is. */
export interface OnnxLibrary {
  readonly version: string
  /** Holds its shared libraries. */
  readonly folder: string
  load(): typeof OnnxLibraryModule
}

/**
 * The library without loading it.
 * @throws Error whose message is the reason a person is told
 */
export function findOnnxLibrary(projectFolder: string): OnnxLibrary {
  const require = createRequire(join(projectFolder, 'package.json'))
  let main: string
  try {
    main = require.resolve(packageName)
  } catch {
    throw new Error('its package is not installed')
  }
  const root = dirname(dirname(main))
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch)
  if (!existsSync(join(folder, 'onnxruntime_binding.node'))) {
    throw new Error(`its package has nothing for ${process.platform} ${process.arch}`)
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return {
    version,
    folder,
    load: () => require(packageName) as typeof OnnxLibraryModule,
  }
}

/** The files without which a provider is not there, beside the library. */
const filesOfProvider: Readonly<Record<OnnxProvider, readonly string[]>> = {
  cuda: ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'],
  dml: ['DirectML.dll'],
  coreml: [],
  cpu: [],
}

/** What the library may compute on here, the processor last; whether it does, a trial shows. */
export function providersHere(folder: string): readonly OnnxProvider[] {
  const offered: readonly OnnxProvider[] =
    process.platform === 'darwin'
      ? ['coreml', 'cpu']
      : process.platform === 'win32'
        ? ['dml', 'cpu']
        : ['cuda', 'cpu']
  return offered.filter((provider) =>
    filesOfProvider[provider].every((file) => existsSync(join(folder, file))),
  )
}
