import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { pruneDependencies, unreadPaths } from '../../../scripts/setup/prune.mjs'

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))

function modulesWith(files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'semblance-test-'))
  folders.push(root)
  for (const file of files) {
    const path = join(root, 'node_modules', file)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
  }
  return root
}

const runtime = (place: string) => `onnxruntime-node/bin/napi-v6/${place}/binding.node`
const files = [
  ...['linux/x64', 'linux/arm64', 'win32/x64'].map(runtime),
  ...['inception_v3', 'mobilenet_v2', 'mobilenet_v2_mid'].map(
    (model) => `nsfwjs/dist/models/${model}/model.min.js`,
  ),
  'nsfwjs/dist/models/package.json',
  'nsfwjs/dist/browser/nsfwjs.min.js',
  'nsfwjs/dist/cjs/index.js',
  '@tensorflow/tfjs/dist/tf.node.js',
  '@tensorflow/tfjs/dist/tf.node.js.map',
]
const found = (root: string) =>
  unreadPaths(join(root, 'node_modules'), { platform: 'linux', arch: 'x64' }).map((folder) =>
    relative(join(root, 'node_modules'), folder).replaceAll('\\', '/'),
  )

it('names what this machine never reads, and nothing else', () => {
  expect(found(modulesWith(files)).sort()).toEqual([
    '@tensorflow/tfjs/dist/tf.node.js.map',
    'nsfwjs/dist/browser',
    'nsfwjs/dist/models/inception_v3',
    'nsfwjs/dist/models/mobilenet_v2',
    'onnxruntime-node/bin/napi-v6/linux/arm64',
    'onnxruntime-node/bin/napi-v6/win32/x64',
  ])
  expect(found(modulesWith(['sharp/index.js']))).toEqual([])
})

it('removes it once after an installation', () => {
  const root = modulesWith(files)
  pruneDependencies(root)
  expect(
    unreadPaths(join(root, 'node_modules')).filter((folder) => folder.includes('nsfwjs')),
  ).toEqual([])
})
