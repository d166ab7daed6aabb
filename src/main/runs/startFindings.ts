import { join } from 'node:path'
import * as v from 'valibot'
import type { StartFindings } from '../../core/recipes/startFindings'
import { atomicWrite } from '../files/atomicWrite'
import { readBounded } from '../files/regularFile'

export const findingsFile = 'start.json'
/** Bytes; a fold of ten thousand images over sixty epochs takes a quarter. */
const greatestFile = 2 ** 26

const score = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const scores = v.array(v.tuple([v.pipe(v.number(), v.integer(), v.minValue(0)), score]))
const schema = v.strictObject({
  format: v.literal('semblance-start-1'),
  /** Of the images, labels, split and options that it goes with. */
  fingerprint: v.string(),
  parts: v.record(v.string(), v.array(scores)),
})

/** Those of a run; none where the file is absent, damaged or of another job. */
export async function openFindings(folder: string, fingerprint: string): Promise<StartFindings> {
  const file = join(folder, findingsFile)
  const parts = await readParts(file, fingerprint)
  return {
    read(name) {
      const found = parts[name]
      return found === undefined ? null : found.map((entries) => new Map(entries))
    },
    async keep(name, found) {
      parts[name] = found.map((of) => [...of])
      const text = JSON.stringify({ format: 'semblance-start-1', fingerprint, parts })
      // It only spares time: what cannot be kept is measured again.
      if (text.length <= greatestFile) await atomicWrite(file, text).catch(() => {})
    },
  }
}

type Parts = v.InferOutput<typeof schema>['parts']

async function readParts(file: string, fingerprint: string): Promise<Parts> {
  try {
    const text = (await readBounded(file, greatestFile)).toString('utf8')
    const parsed = v.safeParse(schema, JSON.parse(text))
    if (parsed.success && parsed.output.fingerprint === fingerprint) return parsed.output.parts
  } catch {
    // Absent or no JSON: found anew.
  }
  return {}
}
