import type { Migration } from './migration'

/** What is kept unseen belongs to the dataset: chosen once for a kind, share and seed, and kept. */
export const datasetSplit: Migration = {
  version: 30,
  sql: `
    -- What the draw of a label goes by: the name it was made with, whatever it is called later.
    ALTER TABLE label ADD COLUMN draw_key TEXT NOT NULL DEFAULT '';
    UPDATE label SET draw_key = name;

    -- The seed that splits are drawn with where a request names none.
    ALTER TABLE dataset ADD COLUMN split_seed INTEGER NOT NULL DEFAULT 1;

    CREATE TABLE split (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      test_share REAL NOT NULL,
      seed INTEGER NOT NULL,
      UNIQUE (dataset_id, kind, test_share, seed)
    );

    -- Sides: 1 trains, 2 is kept unseen. What was drawn stays beside what a person chose.
    CREATE TABLE split_label (
      split_id INTEGER NOT NULL REFERENCES split (id) ON DELETE CASCADE,
      label_id INTEGER NOT NULL REFERENCES label (id) ON DELETE CASCADE,
      drawn_side INTEGER NOT NULL,
      chosen_side INTEGER,
      PRIMARY KEY (split_id, label_id)
    ) WITHOUT ROWID;
    CREATE INDEX split_label_by_label ON split_label (label_id);

    CREATE TABLE split_image (
      split_id INTEGER NOT NULL REFERENCES split (id) ON DELETE CASCADE,
      sha256 TEXT NOT NULL,
      side INTEGER NOT NULL,
      PRIMARY KEY (split_id, sha256)
    ) WITHOUT ROWID;
  `,
}
