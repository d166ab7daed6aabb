/** `npm run docs`: writes docs/reference.md from the registries. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referenceText } from './reference'

referenceText().then(
  (text) => {
    writeFileSync(join('docs', 'reference.md'), text)
    process.stdout.write('Wrote docs/reference.md\n')
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exitCode = 1
  },
)
