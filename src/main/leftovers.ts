import { mkdtempSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../shared/errors'
import { mendFolder } from './files/replaceFolder'
import { writerOfPartial } from './files/atomicWrite'
import type { Workspace } from './workspace'

/** Names of a temporary folder of ours end with the process that made it: see {@link temporaryPrefix}. */
const temporaryPattern = /^semblance-(?:run|embed|serve|wasm|native|onnx)-(\d+)-[^-]+$/

/** What a temporary folder is for. */
type TemporaryUse = 'run' | 'embed' | 'serve' | 'wasm' | 'native' | 'onnx'

/** Of a folder below the system's temporary one, for mkdtemp. */
export const temporaryPrefix = (what: TemporaryUse, parent = tmpdir()): string =>
  join(parent, `semblance-${what}-${process.pid}-`)

/**
 * Makes a temporary folder of this process; in /tmp where TMPDIR names a place that does not serve.
 * @param longest of the parent's path; a longer one does not serve
 * @throws AppError writeFailed
 */
export function makeTemporaryFolder(what: TemporaryUse, longest = Infinity): string {
  const given = tmpdir()
  const parents = process.platform === 'win32' || given === '/tmp' ? [given] : [given, '/tmp']
  let failure: unknown
  for (const parent of parents) {
    if (parent.length > longest) continue
    try {
      return mkdtempSync(temporaryPrefix(what, parent))
    } catch (error) {
      failure ??= error
    }
  }
  const reason = failure instanceof Error ? ` (${failure.message})` : ''
  throw new AppError(
    'writeFailed',
    `No temporary folder can be made${reason}. Name a folder that can be written to in TMPDIR.`,
    {},
    failure,
  )
}

/** Another computer may share the folder: its processes are unknown here, but not so long at one file. */
const leastAgeMs = 3_600_000

/**
 * Removes what writers that are dead left behind: files beside their places, temporary folders; and
 * ends the replacing of models that they were ended in. What cannot be removed stays.
 */
export async function sweepLeftovers(
  { cacheFolder, runsFolder, sweepsFolder, networksFolder, addedFolder, databaseFile }: Workspace,
  now = Date.now(),
): Promise<void> {
  const isDead = async (path: string, pid: number): Promise<boolean> => {
    if (pid === process.pid || isAlive(pid)) return false
    const found = await stat(path).catch(() => null)
    return found !== null && now - found.mtimeMs >= leastAgeMs
  }
  const removeIfDead = async (path: string, pid: number | null): Promise<void> => {
    if (pid === null || !(await isDead(path, pid))) return
    await rm(path, { recursive: true, force: true }).catch(() => {})
  }
  for (const run of await readdir(runsFolder).catch(() => [])) {
    await mendFolder(join(runsFolder, run, 'model')).catch(() => {})
  }
  for (const network of await readdir(networksFolder).catch(() => [])) {
    await mendFolder(join(networksFolder, network)).catch(() => {})
  }
  for (const folder of [
    join(databaseFile, '..', 'backups'),
    cacheFolder,
    runsFolder,
    sweepsFolder,
    networksFolder,
    addedFolder,
  ]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const { parentPath, name } of entries) {
      await removeIfDead(join(parentPath, name), writerOfPartial(name) ?? writerBefore(name))
    }
  }
  for (const name of await readdir(join(databaseFile, '..')).catch(() => [])) {
    await removeIfDead(join(databaseFile, '..', name), writerOfPartial(name))
  }
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = temporaryPattern.exec(name)?.[1]
    await removeIfDead(join(tmpdir(), name), pid === undefined ? null : Number(pid))
  }
}

/** Thumbnails that versions before wrote were named `<sha256>.webp.<process>-<random>.part`. */
function writerBefore(name: string): number | null {
  const pid = /\.webp\.(\d+)-\w+\.part$/.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
