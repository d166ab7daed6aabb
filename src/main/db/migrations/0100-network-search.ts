import type { Migration } from './migration'

/** What was compared to choose network and layers of a run; null where nothing was, as in earlier runs. */
export const networkSearch: Migration = {
  version: 100,
  sql: `
    ALTER TABLE run ADD COLUMN network_search TEXT;
  `,
}
