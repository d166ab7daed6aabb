import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/** Tests and benchmarks run in the repository's root. */
const root = process.cwd()

export interface BuiltWorkers {
  readonly folder: string
  dispose(): Promise<void>
}

/**
 * The program that reads pictures as the build makes it, in a folder of the test's own, so that a build that
 * runs meanwhile does not take it away.
 */
export async function buildWorkers(): Promise<BuiltWorkers> {
  const cache = join(root, 'node_modules/.cache/semblance')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'workers-'))
  const bundle = await rolldown({
    input: join(root, 'src/main/dataset/thumbnail.process.ts'),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !/^[a-z]:/i.test(id),
  })
  await bundle.write({ file: join(folder, 'thumbnail.js'), format: 'cjs', codeSplitting: false })
  await bundle.close()
  return { folder, dispose: () => rm(folder, { recursive: true, force: true }) }
}
