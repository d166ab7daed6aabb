import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { Recovery, RecoveryKind } from '../../shared/model/recovery'
import { syncFile, syncFolder } from '../files/atomicWrite'
import { listBackups } from './backups'
import { openConnection, openReader } from './connection'
import { migrate, versionOf } from './migrate'
import { migrations } from './migrations'
import { salvage } from './salvage'

/** Whether a database that is absent or empty was one: backups or results are there. */
export async function wasUsed(databaseFile: string): Promise<boolean> {
  if ((await listBackups(databaseFile)).length > 0) return true
  const folders = ['runs', 'sweeps'].map((name) => join(dirname(databaseFile), name))
  const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))
  return names.flat().some((name) => /^[1-9]\d*$/.test(name))
}

/**
 * Puts a sound database in the place of one that is damaged, empty or absent: the same with new
 * indexes, else all its rows in a new file, else the newest sound backup, else what rows could be
 * read. The damaged file is set aside whole, never deleted. Where there is nothing to be had the
 * place is left empty.
 */
export async function recover(databaseFile: string): Promise<Recovery> {
  const keptAs = await setAside(databaseFile)
  const isDone = async (source: string): Promise<void> => {
    await syncFile(source)
    await rename(source, databaseFile)
    await syncFolder(dirname(databaseFile))
  }
  const repairing = `${databaseFile}.repairing`
  const salvaging = `${databaseFile}.salvaging`
  try {
    if (keptAs !== null && (await reindexed(keptAs, repairing))) {
      await isDone(repairing)
      return { kind: 'repaired', keptAs, backupAt: null }
    }
    const salvaged = keptAs === null ? null : await salvagedInto(keptAs, repairing, salvaging)
    if (salvaged === 'whole') {
      await isDone(salvaging)
      return { kind: 'salvaged', keptAs, backupAt: null }
    }
    for (const backup of await listBackups(databaseFile)) {
      await removeDatabase(repairing)
      await copyFile(backup.file, repairing)
      if (!(await isSound(repairing))) continue
      await isDone(repairing)
      return { kind: 'restored', keptAs, backupAt: backup.at }
    }
    if (salvaged === 'part') {
      await isDone(salvaging)
      return { kind: 'salvagedPart', keptAs, backupAt: null }
    }
    return { kind: 'begun', keptAs, backupAt: null }
  } finally {
    await removeDatabase(repairing)
    await removeDatabase(salvaging)
  }
}

/** What a person is told on the command line; the window has it in its language. */
export function recoveryError({ kind, keptAs, backupAt }: Recovery, cause?: unknown): AppError {
  const kept = keptAs === null ? '' : ` The damaged file was kept as ${keptAs}.`
  const absent = keptAs === null ? 'The database was missing' : 'The database was damaged'
  const when = backupAt === null ? '' : new Date(backupAt).toISOString()
  const sentences: Readonly<Record<RecoveryKind, string>> = {
    repaired: `The database was damaged and was repaired; nothing is lost.${kept}`,
    salvaged: `The database was damaged; all its rows were read and written anew, nothing is lost.${kept}`,
    salvagedPart: `The database was damaged and there is no backup: what could still be read is here, the rest is lost. Import your folders again to see what is missing.${kept}`,
    restored: `${absent}, so its newest backup is used, of ${when}: what was changed after that is not in it.${kept}`,
    begun: `${absent} and there is no backup, so a new one was begun: import your folders again. The files of earlier runs stay where they are.${kept}`,
  }
  const details = { kind, file: keptAs ?? '', backupAt: backupAt ?? 0 }
  return new AppError('databaseDamaged', sentences[kind], details, cause)
}

/** @returns where the file is now; null where there was none, or an empty one */
async function setAside(file: string): Promise<string | null> {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const kept = join(dirname(file), `damaged-${stamp}-${basename(file)}`)
  const size = await stat(file).then(
    (status) => status.size,
    () => null,
  )
  if (size !== null) await rename(file, kept)
  for (const suffix of ['-wal', '-shm']) {
    await rename(`${file}${suffix}`, `${kept}${suffix}`).catch(() => {})
  }
  return size === null || size === 0 ? null : kept
}

/** A copy of the file, with its log, whose indexes are built anew; whether it is sound then. */
async function reindexed(file: string, copy: string): Promise<boolean> {
  await copyWithLog(file, copy)
  try {
    const database = await openConnection(copy)
    try {
      await database.run('REINDEX')
    } finally {
      await database.close()
    }
    return await isSound(copy)
  } catch {
    return false
  }
}

async function salvagedInto(
  file: string,
  copy: string,
  target: string,
): Promise<'whole' | 'part' | null> {
  await copyWithLog(file, copy)
  await removeDatabase(target)
  try {
    const from = await openReader(copy)
    try {
      const version = await versionOf(from)
      if (version === 0) return null
      const to = await openConnection(target)
      try {
        await migrate(
          to,
          migrations.filter((migration) => migration.version <= version),
        )
        const { rows, isPart } = await salvage(from, to)
        if (rows.get('dataset') === 0 && isPart) return null
        return isPart ? 'part' : 'whole'
      } finally {
        await to.close()
      }
    } finally {
      await from.close()
    }
  } catch {
    return null
  }
}

/** Whether all of a file is what a database of this program is. */
async function isSound(file: string): Promise<boolean> {
  try {
    const database = await openConnection(file)
    try {
      const row = await database.get<{ integrity_check: string }>('PRAGMA integrity_check(1)')
      return row?.integrity_check === 'ok' && (await versionOf(database)) > 0
    } finally {
      await database.close()
    }
  } catch {
    return false
  }
}

async function copyWithLog(file: string, copy: string): Promise<void> {
  await removeDatabase(copy)
  await copyFile(file, copy)
  await copyFile(`${file}-wal`, `${copy}-wal`).catch(() => {})
}

async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    await rm(`${file}${suffix}`, { force: true })
  }
}
