import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const maximumBytes = 1024 * 1024

export interface LogFile {
  readonly file: string
  write(subject: string, what: unknown): void
}

/**
 * A log of what went wrong, in the user-data folder: at most a megabyte, and one older file. Never
 * throws, because it is written when other things fail. Holds no pictures and no labels.
 */
export function createLogFile(file: string): LogFile {
  return {
    file,
    write: (subject, what) => {
      const text = what instanceof Error ? (what.stack ?? what.message) : String(what)
      try {
        mkdirSync(dirname(file), { recursive: true })
        const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
        if (bytes > maximumBytes) renameSync(file, `${file}.old`)
        appendFileSync(file, `${new Date().toISOString()} ${subject}: ${text}\n`)
      } catch {
        // A full disk must not turn one failure into another.
      }
    },
  }
}
