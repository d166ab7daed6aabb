import { open } from 'node:fs/promises'
import sqlite3 from 'sqlite3'

/** Numbers of the leaf pages that hold an index or table; what was in the log is in the file then. */
export async function pagesOf(file: string, name: string): Promise<number[]> {
  const database = new sqlite3.Database(file)
  const rows = await new Promise<{ pageno: number; pagetype: string }[]>((resolve, reject) =>
    database.all<{ pageno: number; pagetype: string }>(
      'SELECT pageno, pagetype FROM dbstat WHERE name = ? ORDER BY pageno',
      [name],
      (error, found) => (error === null ? resolve(found) : reject(error)),
    ),
  )
  await new Promise<void>((resolve) => database.close(() => resolve()))
  return rows.filter(({ pagetype }) => pagetype === 'leaf').map(({ pageno }) => pageno)
}

/** Makes one byte of an index wrong: how many bytes of a page are fragments, more than can be. */
export async function damageIndex(file: string): Promise<void> {
  const pages = await pagesOf(file, 'image_by_hash')
  const handle = await open(file, 'r+')
  await handle.write(Buffer.of(200), 0, 1, (pages.at(-1)! - 1) * 4096 + 7)
  await handle.close()
}
