import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { imageKernels } from '../../../../src/main/backend/kernelPoolProtocol'

const folder = resolve(import.meta.dirname, '../../../../resources/kernels')
const read = (file: string) => new Uint8Array(readFileSync(resolve(folder, file)))
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const record = JSON.parse(readFileSync(resolve(folder, 'kernels.json'), 'utf8')) as {
  source: string
  files: Record<string, string>
}

test('the committed modules were built from the committed source', () => {
  // Git may have changed the ends of lines on its way here.
  const source = readFileSync(resolve(folder, 'kernels.c'), 'utf8').replaceAll('\r\n', '\n')
  expect(hash(new TextEncoder().encode(source))).toBe(record.source)
  expect(Object.keys(record.files).sort()).toEqual(['kernels-relaxed.wasm', 'kernels.wasm'])
  for (const [file, expected] of Object.entries(record.files)) {
    expect(hash(read(file))).toBe(expected)
  }
})

test('the plain module is valid everywhere and has every kernel', () => {
  const module = new WebAssembly.Module(read('kernels.wasm'))
  const names = WebAssembly.Module.exports(module).map(({ name }) => name)
  for (const kernel of [...imageKernels, 'packFilter', 'sumFilterGradients', 'zero', 'adam']) {
    expect(names).toContain(kernel)
  }
  expect(WebAssembly.Module.imports(module)).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ])
})
