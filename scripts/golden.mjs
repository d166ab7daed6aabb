/** `npm run golden -- FILE.json [--backend simd|js|wasm|tensorflow]`: checks the core against a file. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTypeScript } from './runTypeScript.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const program = join(root, 'test', 'support', 'golden', 'run.ts')
process.exit(await runTypeScript(program, process.argv.slice(2)))
