/**
 * `npm run golden -- FILE.json [--backend simd|js|wasm|tensorflow]`: one line a case. Ends with 0 where
 * all are within tolerance, 1 where one is not or is not supported, 2 where nothing could be checked.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { javascriptProduct, type MatrixProduct } from '../../../src/core/math/product'
import { simdProduct } from '../../../src/core/math/simdProduct'
import type { BackendChoice } from '../../../src/shared/model/training'
import { startBackend } from '../../../src/main/backend/startBackend'
import { checkGolden } from './checkGolden'
import { type GoldenResult, readGolden } from './format'

const usage = 'Usage: npm run golden -- [FILE.json] [--backend simd|js|wasm|tensorflow] [--quiet]'

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { backend: { type: 'string' }, quiet: { type: 'boolean', default: false } },
  })
  const file = positionals[0] ?? join('test', 'fixtures', 'golden.json')
  if (positionals.length > 1 || !existsSync(file)) {
    process.stderr.write(`${existsSync(file) ? '' : `There is no file ${file}.\n`}${usage}\n`)
    return 2
  }
  const golden = readGolden(readFileSync(file, 'utf8'))
  if (typeof golden === 'string') {
    process.stderr.write(`${file} ${golden}\n`)
    return 2
  }
  const { product, dispose, description } = await startProduct(values.backend)
  let count = 0
  let bad = 0
  for (const result of checkGolden(golden, product)) {
    count++
    if (result.problem !== '') bad++
    if (result.problem !== '' || !values.quiet) process.stdout.write(`${lineOf(result)}\n`)
  }
  dispose()
  if (count === 0) process.stderr.write(`${file} holds no cases: there is nothing to check.\n`)
  process.stdout.write(`${count - bad} of ${count} cases within tolerance (${description})\n`)
  return bad === 0 && count > 0 ? 0 : 1
}

async function startProduct(name: string | undefined): Promise<{
  product: MatrixProduct
  dispose: () => void
  description: string
}> {
  if (name === undefined) {
    return { product: javascriptProduct, dispose: () => {}, description: 'plain JavaScript' }
  }
  if (name === 'simd') {
    return { product: simdProduct, dispose: () => {}, description: '128-bit WebAssembly' }
  }
  if (!['js', 'wasm', 'tensorflow'].includes(name)) throw new Error(usage)
  const backend = await startBackend({
    preferred: name as BackendChoice,
    workersFolder: join(process.cwd(), 'out', 'main', 'workers'),
    projectFolder: process.cwd(),
  })
  return {
    product: backend.product,
    dispose: () => backend.dispose(),
    description: `${backend.report.name}: ${backend.report.description}`,
  }
}

/** Errors are shares of what is allowed: 1 is the limit. */
function lineOf({ kind, name, detail, valueError, gradientError, problem }: GoldenResult): string {
  const errors = `value ${valueError.toExponential(1)} gradient ${gradientError?.toExponential(1) ?? '-'}`
  return `${problem === '' ? 'ok  ' : 'FAIL'} ${kind} ${name} ${errors} ${detail}${problem === '' ? '' : ` ${problem}`}`
}

run().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  },
)
