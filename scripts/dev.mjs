import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { electronEnvironment, sandboxSwitches } from './electronRuntime.mjs'
import { checkout, setUp } from './setup.mjs'
import { runScript, say, SetUpError } from './setup/report.mjs'

await runScript(async () => {
  const { electron } = await setUp({ build: false })
  if (electron === null) throw new SetUpError('There is no Electron.', 'run `npm run setup`.')
  say(`hot reload in ${electron.description}`)
  const noSandbox = sandboxSwitches(electron.path).length > 0
  const script = join(checkout, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const args = [script, 'dev', ...(noSandbox ? ['--noSandbox'] : []), ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    env: { ...electronEnvironment(), ELECTRON_EXEC_PATH: electron.path },
    stdio: 'inherit',
  })
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  return new Promise((settle) => child.on('exit', (code) => settle(code ?? 1)))
})
