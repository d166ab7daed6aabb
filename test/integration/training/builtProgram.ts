import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { buildEmbedScript } from '../../../scripts/buildEmbedScript.mjs'

export const projectFolder = resolve(import.meta.dirname, '../../..')

export interface BuiltProgram {
  /** Holds cli.js. */
  readonly folder: string
  readonly workersFolder: string
  dispose(): Promise<void>
}

const workers = {
  'workers/thumbnail': 'src/main/dataset/thumbnail.process.ts',
  'workers/training': 'src/main/training/training.worker.ts',
  'workers/comparison': 'src/main/comparison/comparison.worker.ts',
  'workers/native': 'src/main/backend/native/native.process.ts',
  'workers/nativeRelay': 'src/main/backend/native/relay.worker.ts',
  'workers/processWatch': 'src/main/processes/watch.worker.ts',
  'workers/onnx': 'src/main/onnx/onnx.process.ts',
  'workers/kernelPool': 'src/main/backend/kernelPool.worker.ts',
  'workers/decoding': 'src/main/features/decoding.worker.ts',
  'workers/prediction': 'src/main/prediction/prediction.worker.ts',
  'workers/projection': 'src/main/projection/projection.worker.ts',
  'workers/serving': 'src/main/serving/serving.worker.ts',
}

/**
 * The headless program and its workers as the build makes them, in a folder of the test's own, so
 * that a build that runs meanwhile does not take them away.
 * @param instead other files for some of them, for instance for `workers/training`
 */
export async function buildProgram(
  withCommandLine: boolean,
  instead: Readonly<Record<string, string>> = {},
): Promise<BuiltProgram> {
  const cache = join(projectFolder, 'node_modules/.cache/semblance')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'program-'))
  const bundle = await rolldown({
    cwd: projectFolder,
    input: {
      ...workers,
      ...(withCommandLine ? { cli: 'src/main/cli/index.ts' } : {}),
      ...instead,
    },
    platform: 'node',
    external: ['sqlite3', 'sharp', 'onnxruntime-node', /^@tensorflow\//],
    logLevel: 'silent',
  })
  await bundle.write({ dir: folder, format: 'cjs', entryFileNames: '[name].js' })
  await bundle.close()
  if (withCommandLine) await buildEmbedScript(projectFolder, join(folder, 'workers'))
  return {
    folder,
    workersFolder: join(folder, 'workers'),
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}
