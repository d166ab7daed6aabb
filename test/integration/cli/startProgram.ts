import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { BuiltProgram } from '../training/builtProgram'

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Starts the built command line with a cache of its own below `folder`. */
export function startProgram(program: BuiltProgram, folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [join(program.folder, 'cli.js'), ...args], {
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
  })
  let out = ''
  let error = ''
  child.stdout.on('data', (data) => (out += String(data)))
  child.stderr.on('data', (data) => (error += String(data)))
  /** Resolves when this was written to stderr, or at the end. */
  const whenSaid = (part: string) =>
    new Promise<void>((resolve) => {
      child.stderr.on('data', () => {
        if (error.includes(part)) resolve()
      })
      child.on('close', () => resolve())
    })
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => resolve({ code, out, error }))
  })
  return { child, ended, whenSaid }
}
