import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { startVirtualDisplay } from '../../scripts/display.mjs'

/** The Electron that the start script would run, and a display where there is none. */
export async function electronRuntime(projectFolder: string) {
  const script = join(projectFolder, 'scripts', 'electronRuntime.mjs')
  const output = execFileSync(process.execPath, [script], { encoding: 'utf8' })
  const hasDisplay = process.env['DISPLAY'] !== undefined
  const display = hasDisplay ? null : await startVirtualDisplay()
  const without = ['ELECTRON_RUN_AS_NODE', 'ELECTRON_RENDERER_URL']
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !without.includes(entry[0]),
  )
  return {
    executablePath: output.trim().split('\n').at(-1)!,
    environment: {
      ...Object.fromEntries(inherited),
      ...(display === null ? {} : { DISPLAY: display.name }),
    },
    stop: () => display?.stop(),
  }
}
