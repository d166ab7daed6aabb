import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from './setup.mjs'
import { runCommand } from './setup/command.mjs'
import { runScript } from './setup/report.mjs'

/** Each layer has types of its own: core no Node, the renderer no Node, main no DOM of a page. */
const layers = [
  { folder: 'src/shared', compiler: 'typescript/bin/tsc' },
  { folder: 'src/core', compiler: 'typescript/bin/tsc' },
  { folder: 'src/main', compiler: 'typescript/bin/tsc' },
  { folder: 'src/renderer', compiler: 'vue-tsc/bin/vue-tsc.js' },
  { folder: 'scripts', compiler: 'typescript/bin/tsc' },
  { folder: 'test', compiler: 'vue-tsc/bin/vue-tsc.js' },
]

await runScript(async () => {
  const cache = join(checkout, 'node_modules', '.cache', 'semblance')
  mkdirSync(cache, { recursive: true })
  let status = 0
  for (const { folder, compiler } of layers) {
    const result = await runCommand(
      process.execPath,
      [
        join(checkout, 'node_modules', compiler),
        ...['--noEmit', '-p', folder, '--incremental', '--tsBuildInfoFile'],
        join(cache, `${folder.replace('/', '-')}.tsbuildinfo`),
      ],
      { cwd: checkout },
    )
    if (result.code === 0) continue
    status = 1
    process.stdout.write(`types of ${folder}:\n${result.stdout}${result.stderr}`)
  }
  return status
})
