import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { projectFolder } from './builtProgram'

/** Draws real emoji of `classes` names, one sub-folder a name, eight drawings each. */
export async function drawEmoji(folder: string, classes: number, sizePx: number): Promise<void> {
  const script = join(projectFolder, 'scripts/sample.mjs')
  await promisify(execFile)(process.execPath, [
    script,
    '--classes',
    String(classes),
    '--size',
    String(sizePx),
    '--out',
    folder,
  ])
}
