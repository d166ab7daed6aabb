import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sqlite3 from 'sqlite3'

export interface StoredImage {
  readonly id: number
  readonly path: string
  readonly label: string | null
  readonly excluded: number
}

/** All images of the program's database with their labels, read past the program. */
export function readImages(userData: string): Promise<StoredImage[]> {
  return readRows<StoredImage>(
    userData,
    `SELECT image.id, image.relative_path AS path, label.name AS label, image.excluded
     FROM image LEFT JOIN label ON label.id = image.label_id ORDER BY image.id`,
  )
}

export function readRows<Row>(userData: string, sql: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(
      join(userData, 'semblance.sqlite'),
      sqlite3.OPEN_READONLY,
      (failure) => {
        if (failure !== null) return reject(failure)
        database.all<Row>(sql, (error, rows) => {
          database.close()
          if (error === null) resolve(rows)
          else reject(error)
        })
      },
    )
  })
}

export interface StoredEmbeddings {
  /** Image ids, one a row. */
  readonly ids: Uint32Array
  /** [ids.length, dimension] */
  readonly values: Float32Array
  readonly dimension: number
}

export async function readEmbeddings(userData: string, runId: number): Promise<StoredEmbeddings> {
  const folder = join(userData, 'runs', String(runId))
  const words = async (name: string): Promise<ArrayBuffer> => {
    const { buffer, byteOffset, byteLength } = await readFile(join(folder, name))
    return buffer.slice(byteOffset, byteOffset + byteLength)
  }
  const ids = new Uint32Array(await words('ids.u32'))
  const values = new Float32Array(await words('embeddings.f32'))
  return { ids, values, dimension: values.length / ids.length }
}
