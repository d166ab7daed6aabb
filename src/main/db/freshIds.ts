import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readChecked } from '../files/checkedFiles'
import { readBounded } from '../files/regularFile'
import type { Database } from './connection'

const mostIdBytes = 2 ** 30
const mostSweepBytes = 2 ** 28

/**
 * Sees to it that no new run gets the folder of an earlier one that the database does not know.
 */
export async function raiseRunIds(database: Database, databaseFile: string): Promise<void> {
  await raise(database, 'run', Math.max(0, ...(await numbersIn(dirname(databaseFile), 'runs'))))
}

/**
 * The same for datasets, images and labels that files of earlier runs and comparisons speak of: after
 * a recovery the database may have forgotten ids that these still use.
 */
export async function raiseOtherIds(database: Database, databaseFile: string): Promise<void> {
  const folder = dirname(databaseFile)
  let dataset = 0
  let image = 0
  let label = 0
  for (const kind of ['runs', 'sweeps']) {
    for (const number of await numbersIn(folder, kind)) {
      const place = join(folder, kind, String(number))
      dataset = Math.max(dataset, await datasetOf(join(place, 'sweep.json')))
      const names = await readdir(place, { recursive: true }).catch(() => [])
      for (const name of names) {
        if (name.endsWith('ids.u32')) image = Math.max(image, await greatestIn(join(place, name)))
        if (name.endsWith('labels.u32'))
          label = Math.max(label, await greatestIn(join(place, name)))
      }
    }
  }
  await raise(database, 'dataset', dataset)
  await raise(database, 'image', image)
  await raise(database, 'label', label)
}

async function numbersIn(folder: string, kind: string): Promise<number[]> {
  const names = await readdir(join(folder, kind)).catch(() => [])
  return names.filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number)
}

async function datasetOf(sweepFile: string): Promise<number> {
  try {
    const { datasetId } = JSON.parse(
      (await readBounded(sweepFile, mostSweepBytes)).toString('utf8'),
    ) as { datasetId?: unknown }
    return Number.isSafeInteger(datasetId) ? (datasetId as number) : 0
  } catch {
    return 0
  }
}

async function greatestIn(file: string): Promise<number> {
  // A damaged file would name ids that never were.
  const bytes = await readChecked(dirname(file), basename(file), mostIdBytes).catch(() => null)
  if (bytes === null || bytes.length % 4 !== 0) return 0
  return new Uint32Array(bytes.buffer).reduce((greatest, id) => Math.max(greatest, id), 0)
}

/** The next id of a table is above `known` then. */
async function raise(database: Database, table: string, known: number): Promise<void> {
  if (known === 0) return
  await database.transaction(async (transaction) => {
    const row = await transaction.get<{ seq: number }>(
      'SELECT seq FROM sqlite_sequence WHERE name = ?',
      [table],
    )
    if (row === undefined) {
      await transaction.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table, known])
    } else if (row.seq < known) {
      await transaction.run('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', [known, table])
    }
  })
}
