import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readState, writeState } from './stamp.mjs'

/** Of the models that nsfwjs carries, the one that the program reads. */
const readModel = 'mobilenet_v2_mid'

/**
 * What packages bring and this machine never reads: ONNX Runtime for other systems, models and the
 * browser's bundle of nsfwjs, source maps of the browser's bundles of TensorFlow.js.
 *
 * @param {string} modules the folder node_modules
 * @param {{ platform?: NodeJS.Platform, arch?: string }} [machine]
 * @returns {string[]} folders and files
 */
export function unreadPaths(modules, { platform = process.platform, arch = process.arch } = {}) {
  const foldersIn = (/** @type {string} */ parent) =>
    existsSync(parent)
      ? readdirSync(parent, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => join(parent, entry.name))
      : []
  const runtimes = join(modules, 'onnxruntime-node', 'bin', 'napi-v6')
  const own = join(runtimes, platform, arch)
  const ofOthers = foldersIn(runtimes)
    .flatMap(foldersIn)
    .filter((folder) => folder !== own)
  const nsfwjs = join(modules, 'nsfwjs', 'dist')
  const models = foldersIn(join(nsfwjs, 'models')).filter(
    (folder) => folder !== join(nsfwjs, 'models', readModel),
  )
  const browser = join(nsfwjs, 'browser')
  const bundles = join(modules, '@tensorflow', 'tfjs', 'dist')
  const maps = existsSync(bundles)
    ? readdirSync(bundles).filter((name) => /^tf\..*\.(map|html)$/.test(name))
    : []
  return [
    ...ofOthers,
    ...models,
    ...(existsSync(browser) ? [browser] : []),
    ...maps.map((name) => join(bundles, name)),
  ]
}

/**
 * Removes {@link unreadPaths} after each installation.
 *
 * @param {string} root the checkout
 */
export function pruneDependencies(root) {
  const { stamps } = readState(root)
  const stamp = `${process.platform}-${process.arch}-${stamps?.['dependencies']}`
  if (stamps?.['pruned'] === stamp) return
  for (const path of unreadPaths(join(root, 'node_modules'))) {
    rmSync(path, { recursive: true, force: true })
  }
  writeState(root, { stamps: { pruned: stamp } })
}
