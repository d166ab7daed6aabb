/** `npm run docs`: writes the reference of the learning core and the options of the README pages. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTypeScript } from './runTypeScript.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.exit(await runTypeScript(join(root, 'test', 'support', 'writeReference.ts')))
