import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { resultNames } from '../exporting/resultNames'
import { readBounded } from '../files/regularFile'
import { syncFolder } from '../files/atomicWrite'
import { syncBelow } from '../files/replaceFolder'
import { writeJson } from './results'

/** Names in the folder of the state: being written, whole and on their way, and made room. */
const folders = { writing: 'staging', whole: 'staged', replaced: 'replaced' }
const manifestName = 'manifest.json'
const greatestManifest = 2 ** 20
const manifest = v.object({ files: v.array(v.object({ name: v.string() })) })

/** An empty folder that results are written into before they are published. */
export async function stagingFolder(state: string): Promise<string> {
  const folder = join(state, folders.writing)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  return folder
}

/**
 * Puts the results of the staging folder in the place of those of `out`: all of them or, where
 * something ends the program in between, the rest at the next start. manifest.json, with size and
 * SHA-256 of each file, goes first and comes last: while it is there, all are of one run.
 */
export async function publish(state: string, out: string, version: string): Promise<void> {
  const staging = join(state, folders.writing)
  const files = await Promise.all(
    (await filesBelow(staging)).map(async (name) => {
      const file = join(staging, name)
      return { name, bytes: (await stat(file)).size, sha256: await hashOf(file) }
    }),
  )
  await writeJson(join(staging, manifestName), { version, files })
  await syncBelow(staging)
  await rename(staging, join(state, folders.whole))
  await syncFolder(state)
  await finishPublishing(state, out)
}

/** Goes on with what `publish` was ended in; drops what was not whole. Answers whether it did. */
export async function finishPublishing(state: string, out: string): Promise<boolean> {
  await rm(join(state, folders.writing), { recursive: true, force: true })
  const staged = join(state, folders.whole)
  const names = await readdir(staged).catch(() => null)
  if (names === null) return false
  const replaced = join(state, folders.replaced)
  await rm(replaced, { recursive: true, force: true })
  await mkdir(replaced, { recursive: true })
  const isIn = async (file: string) => (await stat(file).catch(() => null)) !== null
  if (names.includes(manifestName)) {
    await rm(join(out, manifestName), { force: true })
    const text = (await readBounded(join(staged, manifestName), greatestManifest)).toString('utf8')
    const content: unknown = JSON.parse(text)
    const coming = new Set(v.parse(manifest, content).files.map(({ name }) => name.split('/')[0]!))
    for (const name of resultNames) {
      if (!coming.has(name)) await rm(join(out, name), { recursive: true, force: true })
    }
  }
  for (const name of [...names.filter((one) => one !== manifestName), manifestName]) {
    if (!(await isIn(join(staged, name)))) continue
    // A folder does not replace one that is not empty.
    if (await isIn(join(out, name))) await rename(join(out, name), join(replaced, name))
    await rename(join(staged, name), join(out, name))
  }
  await syncFolder(out)
  await rm(staged, { recursive: true, force: true })
  await rm(replaced, { recursive: true, force: true })
  return true
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
