import type { Migration } from './migration'

/** Runs measured on today's labels; a key says what of, so that nothing is computed twice. */
export const runComparison: Migration = {
  version: 50,
  sql: `
    CREATE TABLE run_today (
      run_id INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
      key TEXT NOT NULL,
      result TEXT NOT NULL
    );
    CREATE TABLE run_gain (
      run_id INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
      earlier_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      key TEXT NOT NULL,
      gain TEXT NOT NULL
    );
    CREATE INDEX run_gain_by_earlier ON run_gain (earlier_id);
  `,
}
