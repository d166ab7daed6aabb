import type { Migration } from './migration'

/**
 * Verdicts belong to images by content, no longer to a triplet of one run; a review is a fixed
 * set of triplets with a place in it.
 */
export const verdicts: Migration = {
  version: 40,
  sql: `
    CREATE TABLE verdict (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
      anchor_sha256 TEXT NOT NULL,
      positive_sha256 TEXT NOT NULL,
      negative_sha256 TEXT NOT NULL,
      verdict TEXT NOT NULL,
      -- names of the labels before it, as JSON [anchor, positive, negative]; null where not known
      labels TEXT,
      given_at INTEGER NOT NULL,
      -- the step that gave it
      journal_id INTEGER REFERENCES journal (id) ON DELETE SET NULL,
      UNIQUE (dataset_id, anchor_sha256, positive_sha256, negative_sha256)
    );

    -- Of verdicts on the same images in several runs the newest holds.
    INSERT OR REPLACE INTO verdict (dataset_id, anchor_sha256, positive_sha256, negative_sha256,
        verdict, given_at, journal_id)
      SELECT run.dataset_id, a.sha256, p.sha256, n.sha256, triplet.verdict,
        coalesce(journal.at, run.started_at), journal.id
      FROM triplet
        JOIN run ON run.id = triplet.run_id
        JOIN image a ON a.id = triplet.anchor
        JOIN image p ON p.id = triplet.positive
        JOIN image n ON n.id = triplet.negative
        LEFT JOIN journal ON journal.id = (
          SELECT max(id) FROM journal WHERE journal.dataset_id = run.dataset_id
            AND kind = 'verdict' AND json_extract(detail, '$.verdict.tripletId') = triplet.id)
      WHERE triplet.verdict IS NOT NULL ORDER BY triplet.run_id;
    ALTER TABLE triplet DROP COLUMN verdict;

    CREATE TABLE review_queue (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      tier TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      cursor INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX review_queue_by_run ON review_queue (run_id, tier);

    CREATE TABLE review_item (
      queue_id INTEGER NOT NULL REFERENCES review_queue (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      triplet_id INTEGER NOT NULL REFERENCES triplet (id) ON DELETE CASCADE,
      -- labels when the queue was opened: a correction must not move the groups
      anchor_label INTEGER NOT NULL,
      negative_label INTEGER NOT NULL,
      PRIMARY KEY (queue_id, position)
    ) WITHOUT ROWID;
    CREATE INDEX review_item_by_triplet ON review_item (triplet_id);

    -- How many images a run asked for their hardest triplet, and of how many.
    CREATE TABLE triplet_mining (
      run_id INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
      anchors INTEGER NOT NULL,
      images INTEGER NOT NULL
    );
  `,
}
