import { type Database, type Reader, type Row, type SqlValue } from './connection'

/** What came over from a damaged database. */
export interface Salvaged {
  /** Rows by table. */
  readonly rows: ReadonlyMap<string, number>
  /** Whether something could not be read. */
  readonly isPart: boolean
}

const rowsAtOnce = 500
/** About what a page holds: past a page that cannot be read, the next may be whole. */
const rowsSkipped = 16
/** After so many places in a row that cannot be read, the rest of a table is given up. */
const mostFailures = 5000

/**
 * Copies all rows that can be read into an empty database of the same version. What points to a
 * row that is lost points to nothing then or, where it must point to one, is lost too.
 */
export async function salvage(from: Reader, to: Database): Promise<Salvaged> {
  const rows = new Map<string, number>()
  let isPart = false
  await to.run('PRAGMA foreign_keys = OFF')
  for (const { name, sql } of await to.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )) {
    const columns = await columnsOf(to, name)
    const reading = /WITHOUT\s+ROWID/i.test(sql)
      ? fromBothEnds(from, name, columns)
      : byRowId(from, name)
    let count = 0
    for await (const block of reading) {
      if (block === null) isPart = true
      else count += await insert(to, name, columns, block)
    }
    rows.set(name, count)
  }
  const isCut = await dropDangling(to)
  await to.run('PRAGMA foreign_keys = ON')
  return { rows, isPart: isPart || isCut }
}

interface Column {
  readonly name: string
  readonly notnull: number
  readonly pk: number
}

const columnsOf = (database: Reader, table: string): Promise<Column[]> =>
  database.all<Column>(`PRAGMA table_info("${table}")`)

/** Blocks of rows in the order of their numbers; null for each place that cannot be read. */
async function* byRowId(from: Reader, table: string): AsyncGenerator<readonly Row[] | null> {
  let last = -1
  let limit = rowsAtOnce
  let failures = 0
  for (;;) {
    try {
      const block = await from.all<Row & { salvagedRow: number }>(
        `SELECT rowid AS salvagedRow, * FROM "${table}" NOT INDEXED WHERE rowid > ?
         ORDER BY rowid LIMIT ${limit}`,
        [last],
      )
      if (block.length === 0) return
      yield block
      last = block.at(-1)!.salvagedRow
      limit = Math.min(rowsAtOnce, limit * 2)
      failures = 0
    } catch {
      if (limit > 1) {
        limit = Math.max(1, limit >> 2)
        continue
      }
      yield null
      last += rowsSkipped
      if (++failures > mostFailures) return
    }
  }
}

/** Rows of a table without numbers: from its beginning and from its end, as far as each goes. */
async function* fromBothEnds(
  from: Reader,
  table: string,
  columns: readonly Column[],
): AsyncGenerator<readonly Row[] | null> {
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  for (const direction of ['ASC', 'DESC']) {
    const order = key.map(({ name }) => `"${name}" ${direction}`).join(', ')
    let isTorn = false
    for (let offset = 0, limit = rowsAtOnce; ;) {
      try {
        const block = await from.all(
          `SELECT * FROM "${table}" ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
        )
        if (block.length === 0) break
        yield block
        offset += block.length
      } catch {
        isTorn = limit === 1
        if (isTorn) break
        limit = Math.max(1, limit >> 2)
      }
    }
    if (!isTorn) return
    yield null
  }
}

async function insert(
  to: Database,
  table: string,
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<number> {
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  const places = columns.map(() => '?').join(', ')
  return to.transaction(async (transaction) => {
    let count = 0
    for (const row of rows) {
      const values = columns.map(({ name }): SqlValue => row[name] ?? null)
      const { changes } = await transaction.run(
        `INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${places})`,
        values,
      )
      count += changes
    }
    return count
  })
}

interface ForeignKey {
  readonly from: string
  readonly to: string | null
  readonly table: string
}

/** Whether there was something that pointed to a lost row. */
async function dropDangling(database: Database): Promise<boolean> {
  const tables = await database.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  let isCut = false
  for (let changed = 1; changed > 0;) {
    changed = 0
    for (const { name } of tables) {
      const columns = await columnsOf(database, name)
      const keys = await database.all<ForeignKey>(`PRAGMA foreign_key_list("${name}")`)
      for (const { from, to, table } of keys) {
        const column = columns.find((one) => one.name === from)
        const isNeeded = column === undefined || column.notnull === 1 || column.pk > 0
        const dangling = `"${from}" IS NOT NULL AND "${from}" NOT IN (SELECT "${to ?? 'id'}" FROM "${table}")`
        const { changes } = await database.run(
          isNeeded
            ? `DELETE FROM "${name}" WHERE ${dangling}`
            : `UPDATE "${name}" SET "${from}" = NULL WHERE ${dangling}`,
        )
        changed += changes
      }
    }
    isCut ||= changed > 0
  }
  return isCut
}
