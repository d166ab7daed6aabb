/** `npm run mutate [-- FILES]`: changes the core line by line and sees whether a unit test notices. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutationTable } from './mutationTable.mjs'
import { checkout } from './setup.mjs'
import { runCommand } from './setup/command.mjs'
import { runScript, SetUpError } from './setup/report.mjs'

await runScript(async () => {
  const files = process.argv.slice(2)
  const missing = files.filter((file) => !/[*{]/.test(file) && !existsSync(join(checkout, file)))
  if (missing.length > 0) {
    throw new SetUpError(
      `There is no ${missing.join(', ')}.`,
      'name files from the root of the checkout, as in: npm run mutate -- src/core/losses/triplet.ts',
    )
  }
  const { code } = await runCommand(
    process.execPath,
    [
      join(checkout, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js'),
      'run',
      ...(files.length > 0 ? ['--mutate', files.join(',')] : []),
    ],
    { cwd: checkout, inherit: true },
  )
  const report = join(checkout, 'reports', 'mutation', 'mutation.json')
  if (existsSync(report)) {
    process.stdout.write(mutationTable(JSON.parse(readFileSync(report, 'utf8'))))
  }
  return code
})
