import { AppError } from '../../shared/errors'
import type { Database, Reader } from './connection'
import type { Migration } from './migrations/migration'

/**
 * Brings the database to the newest version: each migration in a transaction of its own, so that
 * a failed one leaves the version before it.
 * @throws AppError `invalidInput` where the file was written by a newer program.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  const current = await versionOf(database)
  const newest = migrations.at(-1)?.version ?? 0
  if (current > newest) {
    throw new AppError(
      'invalidInput',
      `The database was written by a newer version of the program (${current}, this one knows ${newest}). Install the newer version again; nothing was changed.`,
      { found: current, known: newest },
    )
  }
  for (const migration of migrations) {
    if (migration.version <= current) continue
    await database.transaction(async (transaction) => {
      for (const statement of statementsOf(migration.sql)) await transaction.run(statement)
      await transaction.run(`PRAGMA user_version = ${migration.version}`)
    })
  }
}

export async function versionOf(database: Reader): Promise<number> {
  const row = await database.get<{ user_version: number }>('PRAGMA user_version')
  return row?.user_version ?? 0
}

/** Single statements of a script without triggers or semicolons in literals. */
const statementsOf = (sql: string): readonly string[] =>
  sql
    .split('\n')
    .map((line) => line.replace(/--.*$/, ''))
    .join('\n')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
