import { join } from 'node:path'
import * as v from 'valibot'
import { resultNames, sweepFile } from '../exporting/resultNames'
import { readRegularFile } from '../files/regularFile'

/** Far more than any of our own takes. */
const maximumBytes = 64 * 2 ** 20

const version = v.string()
const kinds = {
  'manifest.json': v.object({
    version,
    files: v.array(v.object({ name: v.string(), bytes: v.number(), sha256: v.string() })),
  }),
  'run.json': v.object({ version, request: v.looseObject({}) }),
  'metrics.json': v.object({ version, seed: v.number(), options: v.looseObject({}) }),
  [sweepFile.json]: v.object({ version, request: v.looseObject({}), rows: v.array(v.unknown()) }),
}

const ownNames: readonly string[] = [
  ...resultNames,
  ...Object.values(sweepFile),
  ...['manifest.json', 'import-report.json'],
]

/**
 * Which entries of a folder are results of this program: nothing of them is a picture to learn
 * from. A folder is known by the contents of its manifest.json, run.json, metrics.json or
 * sweep.json; one that holds the database is the program's own throughout.
 * @param names of all entries of the folder
 */
export async function ownResults(
  folder: string,
  names: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  if (names.has('semblance.sqlite')) return names
  const own = new Set<string>()
  for (const [name, schema] of Object.entries(kinds)) {
    if (!names.has(name)) continue
    const content = v.safeParse(schema, await readJson(join(folder, name)))
    if (!content.success) continue
    for (const one of ownNames) if (names.has(one)) own.add(one)
    const { output } = content
    if (!('files' in output)) continue
    for (const file of output.files) own.add(file.name.split('/')[0]!)
  }
  return own
}

async function readJson(file: string): Promise<unknown> {
  try {
    const found = await readRegularFile(file, maximumBytes)
    return found.kind === 'read' ? JSON.parse(found.bytes.toString('utf8')) : null
  } catch {
    return null
  }
}
