import type { Database } from '../connection'

/** Small values by key, as JSON. */
export interface SettingsRepository {
  /** undefined where the key was never set. */
  read(key: string): Promise<unknown>
  write(key: string, value: unknown): Promise<void>
}

export function createSettingsRepository(database: Database): SettingsRepository {
  return {
    async read(key) {
      const row = await database.get<{ value: string }>('SELECT value FROM setting WHERE key = ?', [
        key,
      ])
      return row === undefined ? undefined : (JSON.parse(row.value) as unknown)
    },
    async write(key, value) {
      await database.run(
        `INSERT INTO setting (key, value) VALUES (?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [key, JSON.stringify(value)],
      )
    },
  }
}
