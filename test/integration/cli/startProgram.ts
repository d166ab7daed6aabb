import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Starts the built command line with a cache of its own below `folder`. */
function startProgram(
  program: BuiltProgram,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const child = spawn(process.execPath, [join(program.folder, 'cli.js'), ...args], {
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), ...environment },
  })
  let out = ''
  let error = ''
  child.stdout.on('data', (data) => (out += String(data)))
  child.stderr.on('data', (data) => (error += String(data)))
  /** Resolves when this was written to stderr; rejects where the program ends without it. */
  const whenSaid = (part: string) =>
    new Promise<void>((resolve, reject) => {
      child.stderr.on('data', () => {
        if (error.includes(part)) resolve()
      })
      child.on('close', () => reject(new Error(`It ended before it said "${part}":\n${error}`)))
    })
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => resolve({ code, out, error }))
  })
  return { child, ended, whenSaid }
}

/**
 * Builds the command line for the tests of a file and draws images for them in a folder that is
 * free for results too; removes both after the last.
 * @param name of that folder
 * @param drawings how many labels, none for 0; the name of the folder of the images; `instead`: see
 *   `buildProgram`
 */
export function commandOnDrawings(
  name: string,
  { labels = 10, sizePx = 48, imagesName = 'images', instead = {} } = {},
) {
  let program: BuiltProgram | undefined
  let folder = ''
  beforeAll(async () => {
    program = await buildProgram(true, instead)
    folder = await mkdtemp(join(tmpdir(), `semblance-cli-${name}-`))
    if (labels > 0) await drawEmoji(join(folder, imagesName), labels, sizePx)
  }, 300_000)
  afterAll(async () => {
    await program?.dispose()
    if (folder !== '') await rm(folder, { recursive: true, force: true })
  })
  const start = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    startProgram(program!, folder, args, environment)
  return {
    get program() {
      return program!
    },
    get folder() {
      return folder
    },
    get images() {
      return join(folder, imagesName)
    },
    start,
    run: (...args: string[]) => start(args).ended,
  }
}
