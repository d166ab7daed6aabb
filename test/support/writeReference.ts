/** `npm run docs`: writes docs/reference.md and the options of the README pages. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withFlagTable } from './optionDocs'
import { referenceText } from './reference'

function write(file: string, text: string): void {
  writeFileSync(file, text)
  process.stdout.write(`Wrote ${file}\n`)
}

async function writeAll(): Promise<void> {
  write(join('docs', 'reference.md'), await referenceText())
  write('README.md', await withFlagTable(readFileSync('README.md', 'utf8'), 'en'))
  write('README.zh-CN.md', await withFlagTable(readFileSync('README.zh-CN.md', 'utf8'), 'zh-CN'))
}

writeAll().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
