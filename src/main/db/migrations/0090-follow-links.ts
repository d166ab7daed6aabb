import type { Migration } from './migration'

/** Whether links out of a dataset's folder are followed: only where a person asked for it. */
export const followLinks: Migration = {
  version: 90,
  sql: 'ALTER TABLE dataset ADD COLUMN follows_links INTEGER NOT NULL DEFAULT 0;',
}
