import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { javascriptProduct, type MatrixProduct } from '../../../src/core/math/product'
import { startBackend } from '../../../src/main/backend/startBackend'
import { checkGolden } from '../../support/golden/checkGolden'
import type { GoldenFile } from '../../support/golden/format'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { hasTensorflow, projectFolder } from './support'

const files = ['golden.json', 'goldenBatches.json'].map(
  (name) =>
    JSON.parse(readFileSync(join(projectFolder, 'test', 'fixtures', name), 'utf8')) as GoldenFile,
)
const checkAll = (product: MatrixProduct) =>
  files.flatMap((file) => [...checkGolden(file, product)])

/** The product, and how many times it was asked for one. */
function counted(product: MatrixProduct) {
  let count = 0
  const counting =
    (multiply: MatrixProduct['multiply']): MatrixProduct['multiply'] =>
    (a, b) => {
      count++
      return multiply(a, b)
    }
  return {
    product: {
      multiply: counting(product.multiply),
      multiplyTransposed: counting(product.multiplyTransposed),
      transposedMultiply: counting(product.transposedMultiply),
    },
    calls: () => count,
  }
}

let program: BuiltProgram
beforeAll(async () => {
  program = await buildProgram(false)
})
afterAll(() => program.dispose())

describe.each(['wasm', 'tensorflow'] as const)('golden values on the backend %s', (name) => {
  // Without the library there is nothing to check: npm test then names this as not run.
  test.skipIf(name === 'tensorflow' && !hasTensorflow)(
    'all cases are within tolerance',
    async () => {
      const backend = await startBackend({
        preferred: name,
        threads: 2,
        workersFolder: program.workersFolder,
        projectFolder,
      })
      try {
        expect(backend.report.name).toBe(name)
        const { product, calls } = counted(backend.product)
        const results = checkAll(product)
        expect(results).toHaveLength(995 + 351)
        expect(results.filter((result) => result.problem !== '')).toEqual([])
        expect(calls()).toBeGreaterThan(500)
        // Float32 of another machine's order: were these the plain products, nothing was checked.
        const plain = checkAll(javascriptProduct)
        const differing = results.filter((r, i) => r.valueError !== plain[i]!.valueError)
        expect(differing.length).toBeGreaterThan(0)
      } finally {
        backend.dispose()
      }
    },
  )
})
