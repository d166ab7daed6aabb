import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'

export const projectFolder = resolve(import.meta.dirname, '../../..')

/** Whether the set-up could install the native TensorFlow library here. */
export const hasTensorflow = existsSync(
  resolve(projectFolder, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'),
)

/** Builds the kernel threads' worker as the program does, into a folder of its own. */
export async function buildKernelWorker(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-workers-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: projectFolder,
    build: {
      ssr: 'src/main/backend/kernelPool.worker.ts',
      outDir: folder,
      copyPublicDir: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'kernelPool.js' } },
    },
  })
  return folder
}
