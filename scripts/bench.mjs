/** `npm run bench -- NAME [--json]`: runs test/bench/NAME.bench.ts and prints what it measured. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTypeScript } from './runTypeScript.mjs'
import { setUp } from './setup.mjs'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test', 'bench')
const names = (await readdir(folder))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace(/\.bench\.ts$/, ''))
const [name, ...parameters] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`Name one of these benchmarks: ${names.join(', ')}\n`)
  process.exit(2)
}
await setUp()
process.exit(await runTypeScript(join(folder, `${name}.bench.ts`), parameters, ['--expose-gc']))
