import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { finiteJson } from '../files/finite'
import { readBoundedSync } from '../files/regularFile'
import { atomicWriteSync } from '../files/atomicWrite'

/** Preferences and measurements take a few thousand bytes. */
const greatestFile = 2 ** 20

/**
 * A small JSON file that is checked when read and replaced in one piece when written. Synchronous,
 * because the window's first colour and size depend on it.
 */
export interface JsonFile<T> {
  /** The stored value; null where there is none or it is not what it should be. */
  read(): T | null
  write(value: T): void
}

export function jsonFile<T>(file: string, schema: v.GenericSchema<unknown, T>): JsonFile<T> {
  return {
    read: () => {
      try {
        const parsed = v.safeParse(
          schema,
          JSON.parse(readBoundedSync(file, greatestFile).toString()),
        )
        return parsed.success ? parsed.output : null
      } catch {
        return null
      }
    },
    write: (value) => {
      mkdirSync(dirname(file), { recursive: true })
      atomicWriteSync(file, `${finiteJson(file, value, 2)}\n`)
    },
  }
}
