import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const projectFolder = resolve(import.meta.dirname, '../../..')
const run = promisify(execFile)

interface Report {
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

let copy = ''

/** The core with the loss of CONTRIBUTING.md added as that page says: its file, and two lines. */
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'semblance-contributing-'))
  for (const path of ['src/core', 'src/shared', 'test/support', 'test/unit/core/losses']) {
    await cp(join(projectFolder, path), join(copy, path), { recursive: true })
  }
  for (const file of ['package.json', 'tsconfig.base.json']) {
    await cp(join(projectFolder, file), join(copy, file))
  }
  await symlink(join(projectFolder, 'node_modules'), join(copy, 'node_modules'), 'junction')
  const page = await readFile(join(projectFolder, 'CONTRIBUTING.md'), 'utf8')
  const block = /`(src\/core\/losses\/ratio\.ts)`:\s+```ts\n([^]*?)```/.exec(page)
  if (block === null) throw new Error('CONTRIBUTING.md shows no loss in src/core/losses/ratio.ts')
  await writeFile(join(copy, block[1]!), block[2]!.replace(/^ {3}/gm, ''))
  const listFile = join(copy, 'src', 'core', 'losses', 'index.ts')
  const list = await readFile(listFile, 'utf8')
  const longer = list.replace('const own: readonly Loss[] = [', '$&\n  ratio,')
  expect(longer).not.toBe(list)
  await writeFile(listFile, `import { ratio } from './ratio'\n${longer}`)
  await mkdir(join(copy, 'test', 'unit'), { recursive: true })
  await writeFile(
    join(copy, 'vitest.config.mjs'),
    'export default { test: { include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } }\n',
  )
})
afterAll(() => rm(copy, { recursive: true, force: true }))

test('the loss that CONTRIBUTING.md makes up passes what every loss must', async () => {
  const report = join(copy, 'report.json')
  const vitest = join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs')
  const files = ['properties', 'gradients'].map((name) => `test/unit/core/losses/${name}.test.ts`)
  await run(
    process.execPath,
    [
      ...[vitest, 'run', '--root', copy, '--config', join(copy, 'vitest.config.mjs')],
      ...['--reporter=json', `--outputFile=${report}`, '--testNamePattern', 'ratio|registry'],
      ...files,
    ],
    { cwd: copy, env: { ...process.env, VITEST: undefined } },
  ).catch(() => {
    // The report says which test failed.
  })
  const { testResults, numFailedTests } = JSON.parse(await readFile(report, 'utf8')) as Report
  const ran = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'passed' || status === 'failed'),
  )
  expect(ran.filter(({ status }) => status === 'failed')).toEqual([])
  expect(numFailedTests, testResults.map(({ message }) => message).join()).toBe(0)
  const names = ran.map(({ fullName }) => fullName).join('\n')
  for (const property of [
    'does not depend on the order of the batch',
    'stays finite with duplicates',
    'is 0 with zero gradients',
    'runs on 512 images',
    'ratio with its defaults',
    'ratio with the distance squaredEuclidean',
    'describes every loss in both languages',
  ]) {
    expect(names).toContain(property)
  }
})

test('its code is sound TypeScript', async () => {
  const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc')
  const project = join(copy, 'src', 'core', 'tsconfig.json')
  const { stdout } = await run(process.execPath, [compiler, '--noEmit', '-p', project])
  expect(stdout).toBe('')
})
