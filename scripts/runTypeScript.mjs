/**
 * Runs a TypeScript program of this repository under plain Node: bundles it with the bundler that
 * Vite brings, then starts it. Packages stay outside the bundle.
 */
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Bundles `source` (absolute path) and answers the path of the program made of it.
 *
 * @param {string} source
 * @returns {Promise<string>}
 */
export async function bundleTypeScript(source) {
  const { rolldown } = await import('rolldown')
  const folder = join(root, 'node_modules', '.cache', 'semblance')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${basename(source).replace(/\.ts$/, '')}-${process.pid}.cjs`)
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !/^[a-z]:/i.test(id),
  })
  await bundle.write({ file, format: 'cjs', codeSplitting: false })
  await bundle.close()
  return file
}

/**
 * Runs `source` with `parameters`; answers its exit status.
 *
 * @param {string} source
 * @param {readonly string[]} [parameters]
 * @param {readonly string[]} [nodeOptions]
 * @returns {Promise<number>}
 */
export async function runTypeScript(source, parameters = [], nodeOptions = []) {
  const file = await bundleTypeScript(source)
  const child = spawn(process.execPath, [...nodeOptions, file, ...parameters], {
    stdio: 'inherit',
    cwd: root,
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
