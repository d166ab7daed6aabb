import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { atomicWrite } from '../files/atomicWrite'
import { copyDatabase } from './connection'

/** A copy of the database as it was. */
export interface Backup {
  readonly file: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export const mostBackups = 5
const hourMs = 3_600_000
const namePattern = /^semblance-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.sqlite$/

const backupsFolder = (databaseFile: string): string => join(dirname(databaseFile), 'backups')

/** Newest first; none where there is no folder. */
export async function listBackups(databaseFile: string): Promise<readonly Backup[]> {
  const folder = backupsFolder(databaseFile)
  const names = await readdir(folder).catch(() => [])
  const found = names.flatMap((name) => {
    const [, day, hours, minutes, seconds, ms] = namePattern.exec(name) ?? []
    if (day === undefined) return []
    const at = Date.parse(`${day}T${hours}:${minutes}:${seconds}.${ms}Z`)
    return Number.isNaN(at) ? [] : [{ file: join(folder, name), at }]
  })
  return found.sort((a, b) => b.at - a.at)
}

/**
 * Copies the database as it is at this moment, beside whatever is read and written; then the
 * oldest copies go, all but {@link mostBackups}.
 */
export async function makeBackup(databaseFile: string, now = Date.now()): Promise<Backup> {
  const folder = backupsFolder(databaseFile)
  await mkdir(folder, { recursive: true })
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  const file = join(folder, `semblance-${stamp}.sqlite`)
  await atomicWrite(file, async (_, partial) => {
    await copyDatabase(databaseFile, partial)
    return true
  })
  for (const old of (await listBackups(databaseFile)).slice(mostBackups)) {
    await rm(old.file, { force: true })
  }
  return { file, at: now }
}

/** A copy is due where there is none of the last hour and the database was written to since. */
export async function isBackupDue(databaseFile: string, now = Date.now()): Promise<boolean> {
  const [newest] = await listBackups(databaseFile)
  if (newest === undefined) return true
  if (now - newest.at < hourMs) return false
  const times = await Promise.all(
    [databaseFile, `${databaseFile}-wal`].map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  return Math.max(...times) > newest.at
}

export interface BackupSchedule {
  /** Waits for a copy that is being made. */
  close(): Promise<void>
}

/** Makes a copy now and every hour, each where it is due. */
export function keepBackups(
  databaseFile: string,
  onFailure: (error: unknown) => void,
): BackupSchedule {
  let running: Promise<void> = Promise.resolve()
  const look = (): void => {
    running = running.then(async () => {
      try {
        if (await isBackupDue(databaseFile)) await makeBackup(databaseFile)
      } catch (error) {
        onFailure(error)
      }
    })
  }
  look()
  const timer = setInterval(look, hourMs / 12)
  timer.unref()
  return {
    close: () => {
      clearInterval(timer)
      return running
    },
  }
}
