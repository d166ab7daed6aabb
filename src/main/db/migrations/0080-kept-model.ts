import type { Migration } from './migration'

/** Which of features, closed form and trained head a run saved, and why; null in earlier runs. */
export const keptModel: Migration = {
  version: 80,
  sql: `
    ALTER TABLE run ADD COLUMN kept TEXT;
  `,
}
