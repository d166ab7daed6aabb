import type { Migration } from './migration'

export const initial: Migration = {
  version: 10,
  sql: `
    CREATE TABLE dataset (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      folder TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      opened_at INTEGER NOT NULL,
      report TEXT,
      left_out_count INTEGER NOT NULL DEFAULT 0
    );

    -- A label that lost all its images stays, so that undo finds it with its colour.
    CREATE TABLE label (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      search_name TEXT NOT NULL,
      color_index INTEGER NOT NULL,
      UNIQUE (dataset_id, name)
    );

    -- Where a folder's name leads after renames and merges, so that a rescan keeps them.
    CREATE TABLE import_label (
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      import_name TEXT NOT NULL,
      label_id INTEGER NOT NULL REFERENCES label (id) ON DELETE CASCADE,
      PRIMARY KEY (dataset_id, import_name)
    ) WITHOUT ROWID;
    CREATE INDEX import_label_by_label ON import_label (label_id);

    CREATE TABLE image (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      relative_path TEXT NOT NULL,
      search_name TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      modified_at REAL NOT NULL,
      sha256 TEXT NOT NULL,
      perceptual_hash TEXT NOT NULL,
      width_px INTEGER NOT NULL,
      height_px INTEGER NOT NULL,
      format TEXT NOT NULL,
      label_id INTEGER REFERENCES label (id),
      -- 0 folder, 1 labels.csv, 2 a person
      label_source INTEGER NOT NULL DEFAULT 0,
      excluded INTEGER NOT NULL DEFAULT 0,
      missing INTEGER NOT NULL DEFAULT 0,
      added_at INTEGER NOT NULL,
      UNIQUE (dataset_id, relative_path)
    );
    CREATE INDEX image_by_hash ON image (dataset_id, sha256);
    CREATE INDEX image_by_label ON image (label_id);

    -- Append-only. Undo and redo are rows as well: they name the row they take back or repeat.
    CREATE TABLE journal (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      target INTEGER REFERENCES journal (id) ON DELETE CASCADE,
      image_count INTEGER NOT NULL DEFAULT 0,
      first_image INTEGER,
      last_image INTEGER,
      -- packed little-endian: uint32 ids in ascending order, uint32 labels (0 none), uint8 sources
      image_ids BLOB,
      labels_before BLOB,
      sources_before BLOB,
      detail TEXT NOT NULL
    );
    CREATE INDEX journal_by_dataset ON journal (dataset_id, id);
    CREATE INDEX journal_by_target ON journal (target);

    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      started_at INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL DEFAULT 0,
      status TEXT NOT NULL,
      stage TEXT NOT NULL,
      options TEXT NOT NULL,
      before TEXT,
      closed_form TEXT,
      after TEXT,
      best_epoch INTEGER,
      backend TEXT,
      has_embeddings INTEGER NOT NULL DEFAULT 0,
      warnings TEXT NOT NULL DEFAULT '[]',
      error TEXT
    );
    CREATE INDEX run_by_dataset ON run (dataset_id, started_at);

    CREATE TABLE epoch (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      record TEXT NOT NULL,
      PRIMARY KEY (run_id, epoch)
    ) WITHOUT ROWID;

    CREATE TABLE triplet (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      anchor INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      positive INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      negative INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      step INTEGER NOT NULL,
      times_mined INTEGER NOT NULL,
      mined_positive_distance REAL NOT NULL,
      mined_negative_distance REAL NOT NULL,
      mined_loss REAL NOT NULL,
      positive_distance REAL,
      negative_distance REAL,
      verdict TEXT,
      UNIQUE (run_id, anchor, positive, negative)
    );
    CREATE INDEX triplet_by_anchor ON triplet (anchor);
    CREATE INDEX triplet_by_positive ON triplet (positive);
    CREATE INDEX triplet_by_negative ON triplet (negative);

    CREATE TABLE setting (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) WITHOUT ROWID;
  `,
}
