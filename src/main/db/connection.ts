import sqlite3 from 'sqlite3'
import { AppError, codeOfSystemError } from '../../shared/errors'

export type SqlValue = string | number | null | Buffer
export type Row = Readonly<Record<string, SqlValue>>

/** Reads see what is committed. */
export interface Reader {
  get<R = Row>(sql: string, values?: readonly SqlValue[]): Promise<R | undefined>
  all<R = Row>(sql: string, values?: readonly SqlValue[]): Promise<R[]>
}

/** Reads and writes of one transaction; not to be used after it ended. */
export interface Transaction extends Reader {
  run(sql: string, values?: readonly SqlValue[]): Promise<RunResult>
}

interface RunResult {
  /** Row number of the last insert. */
  readonly lastId: number
  readonly changes: number
}

/**
 * One SQLite file with two connections: reads go on beside a transaction and never see its
 * half-done state; writes wait in one queue.
 */
export interface Database extends Reader {
  /** A write of one statement, in a transaction of its own. */
  run(sql: string, values?: readonly SqlValue[]): Promise<RunResult>
  /**
   * Runs `work` in one transaction: all of it or nothing. Must not be called inside another
   * transaction (pass the {@link Transaction} on instead).
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** Waits for queued writes, then closes; a second call does nothing more. */
  close(): Promise<void>
}

/** Opens or creates the file. Errors arrive as {@link AppError}. */
export async function openConnection(file: string): Promise<Database> {
  const writer = await openHandle(file)
  try {
    // Before anything that another program's lock could hold up.
    await execute(writer, 'PRAGMA busy_timeout = 5000')
    await execute(writer, 'PRAGMA journal_mode = WAL')
    await prepareHandle(writer)
    const reader = await openHandle(file)
    await prepareHandle(reader)
    return new QueuedDatabase(writer, reader)
  } catch (error) {
    await closeHandle(writer).catch(() => {})
    throw error
  }
}

/** Opens a file for reading alone, also one that is damaged. */
export async function openReader(file: string): Promise<Reader & { close(): Promise<void> }> {
  const handle = await openHandle(file)
  return {
    get: (sql, values = []) => getRow(handle, sql, values),
    all: (sql, values = []) => allRows(handle, sql, values),
    close: () => closeHandle(handle),
  }
}

/** Copies a database that is in use into a file that is empty, as it is at this moment. */
export async function copyDatabase(file: string, to: string): Promise<void> {
  const handle = await openHandle(file)
  try {
    await execute(handle, 'PRAGMA busy_timeout = 5000')
    await runStatement(handle, 'VACUUM INTO ?', [to])
  } finally {
    await closeHandle(handle)
  }
}

class QueuedDatabase implements Database {
  private queue: Promise<unknown> = Promise.resolve()
  private closed: Promise<void> | undefined

  constructor(
    private readonly writer: sqlite3.Database,
    private readonly reader: sqlite3.Database,
  ) {}

  get<R>(sql: string, values: readonly SqlValue[] = []): Promise<R | undefined> {
    return getRow<R>(this.reader, sql, values)
  }

  all<R>(sql: string, values: readonly SqlValue[] = []): Promise<R[]> {
    return allRows<R>(this.reader, sql, values)
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<RunResult> {
    return this.enqueue(() => runStatement(this.writer, sql, values))
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.enqueue(async () => {
      const transaction: Transaction = {
        get: (sql, values = []) => getRow(this.writer, sql, values),
        all: (sql, values = []) => allRows(this.writer, sql, values),
        run: (sql, values = []) => runStatement(this.writer, sql, values),
      }
      await execute(this.writer, 'BEGIN IMMEDIATE')
      try {
        const result = await work(transaction)
        await execute(this.writer, 'COMMIT')
        return result
      } catch (error) {
        // After a full disk SQLite has rolled back by itself; the first error is the one to tell.
        await execute(this.writer, 'ROLLBACK').catch(() => {})
        throw error
      }
    })
  }

  close(): Promise<void> {
    this.closed ??= this.enqueue(async () => {
      await closeHandle(this.reader)
      await closeHandle(this.writer)
    })
    return this.closed
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work)
    this.queue = result.catch(() => {})
    return result
  }
}

/** What is acknowledged is on the disk: with NORMAL a power cut takes back the last transactions. */
async function prepareHandle(handle: sqlite3.Database): Promise<void> {
  await execute(
    handle,
    `PRAGMA busy_timeout = 5000;
     PRAGMA foreign_keys = ON;
     PRAGMA synchronous = FULL;
     PRAGMA fullfsync = ON;
     PRAGMA temp_store = MEMORY;
     PRAGMA cache_size = -32768;`,
  )
}

function openHandle(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const handle = new sqlite3.Database(file, (error) =>
      error === null ? resolve(handle) : reject(typedError(error, 'open')),
    )
  })
}

function closeHandle(handle: sqlite3.Database): Promise<void> {
  return new Promise((resolve, reject) => {
    handle.close((error) => (error === null ? resolve() : reject(typedError(error, 'close'))))
  })
}

function execute(handle: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    handle.exec(sql, (error) => (error === null ? resolve() : reject(typedError(error, sql))))
  })
}

/**
 * Through all rows to the end: a statement that stops at its first one holds what the connection
 * sees as it was until it is let go of, and reads beside it would miss what was written meanwhile.
 */
async function getRow<R>(
  handle: sqlite3.Database,
  sql: string,
  values: readonly SqlValue[],
): Promise<R | undefined> {
  const [row] = await allRows<R>(handle, sql, values)
  return row
}

function allRows<R>(
  handle: sqlite3.Database,
  sql: string,
  values: readonly SqlValue[],
): Promise<R[]> {
  return new Promise((resolve, reject) => {
    handle.all<R>(sql, values, (error, rows) =>
      error === null ? resolve(rows) : reject(typedError(error, sql)),
    )
  })
}

function runStatement(
  handle: sqlite3.Database,
  sql: string,
  values: readonly SqlValue[],
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    handle.run(sql, values, function (error) {
      if (error !== null) return reject(typedError(error, sql))
      resolve({ lastId: this.lastID, changes: this.changes })
    })
  })
}

/** What a person can act on becomes an AppError; a mistake in our SQL stays what it is. */
function typedError(error: Error, sql: string): Error {
  const code = codeOfSystemError(error)
  switch (code) {
    case 'diskFull':
      return new AppError(
        code,
        'The change could not be saved in the database: the disk is full. Make room and try again; what was saved before is kept.',
        {},
        error,
      )
    case 'readOnly':
      return new AppError(
        code,
        'The database cannot be written to. Check the permissions of its folder and try again.',
        {},
        error,
      )
    case 'databaseBusy':
      return new AppError(
        code,
        'Another program holds the database, such as a backup. Close it and try again; nothing was lost.',
        {},
        error,
      )
    case 'databaseDamaged':
      return new AppError(
        code,
        `The database is damaged (${error.message}). Start the program again: it is then repaired, or its newest backup is used.`,
        {},
        error,
      )
    default:
      return Object.assign(error, { sql })
  }
}
