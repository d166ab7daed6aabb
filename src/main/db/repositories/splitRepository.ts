import type { DatasetId, LabelId } from '../../../shared/model/ids'
import type { Database, Transaction } from '../connection'

/** A split of a dataset is told by its kind, share and seed. */
export interface SplitKey {
  readonly kind: 'byClass' | 'byImage'
  readonly testShare: number
  readonly seed: number
}

/** Sides as in `side` of the core: 1 trains, 2 is kept unseen. */
export interface StoredLabelSide {
  readonly drawn: number
  /** What a person chose instead; null where nobody did. */
  readonly chosen: number | null
}

export interface SplitRepository {
  /** The seed of the dataset, for requests that name none. */
  seed(datasetId: DatasetId): Promise<number>
  setSeed(datasetId: DatasetId, seed: number): Promise<void>
  /** Whether its labels were ever divided by class. */
  hasByClass(datasetId: DatasetId): Promise<boolean>
  /** Sides by label; empty where the choice was not made yet. */
  labelSides(datasetId: DatasetId, key: SplitKey): Promise<ReadonlyMap<number, StoredLabelSide>>
  /** Sides by content; empty where the choice was not made yet. */
  imageSides(datasetId: DatasetId, key: SplitKey): Promise<ReadonlyMap<string, number>>
  /** Keeps sides that were drawn; those that are kept already stay as they are. */
  keep(datasetId: DatasetId, key: SplitKey, drawn: DrawnSides): Promise<void>
  /** Keeps what was drawn, and what a person chose in its place for the labels (null: the draw). */
  choose(
    datasetId: DatasetId,
    key: SplitKey,
    drawn: DrawnSides,
    chosen: ReadonlyMap<LabelId, number | null>,
  ): Promise<void>
  /** Takes all choices by hand back. */
  forgetChosen(datasetId: DatasetId, key: SplitKey): Promise<void>
}

export interface DrawnSides {
  readonly labels: ReadonlyMap<number, number>
  readonly images: ReadonlyMap<string, number>
}

const sameSplit = 'dataset_id = ? AND kind = ? AND test_share = ? AND seed = ?'
/** Rows of one statement: two or three values each, of the 32,766 that SQLite takes. */
const rowsAtOnce = 8000

export function createSplitRepository(database: Database): SplitRepository {
  const valuesOf = (datasetId: DatasetId, { kind, testShare, seed }: SplitKey) =>
    [datasetId, kind, testShare, seed] as const

  /** The row of the split, made where there is none. */
  async function ensure(
    transaction: Transaction,
    datasetId: DatasetId,
    key: SplitKey,
  ): Promise<number> {
    const values = valuesOf(datasetId, key)
    await transaction.run(
      'INSERT OR IGNORE INTO split (dataset_id, kind, test_share, seed) VALUES (?, ?, ?, ?)',
      values,
    )
    const row = await transaction.get<{ id: number }>(
      `SELECT id FROM split WHERE ${sameSplit}`,
      values,
    )
    return row!.id
  }

  async function keepDrawn(
    transaction: Transaction,
    splitId: number,
    { labels, images }: DrawnSides,
  ): Promise<void> {
    const insert = async (
      what: string,
      rows: readonly (readonly [number | string, number])[],
    ): Promise<void> => {
      for (let from = 0; from < rows.length; from += rowsAtOnce) {
        const some = rows.slice(from, from + rowsAtOnce)
        await transaction.run(
          `INSERT OR IGNORE INTO ${what} VALUES ${some.map(() => '(?, ?, ?)').join(', ')}`,
          some.flatMap(([key, side]) => [splitId, key, side]),
        )
      }
    }
    await insert('split_label (split_id, label_id, drawn_side)', [...labels])
    await insert('split_image (split_id, sha256, side)', [...images])
  }

  return {
    async seed(datasetId) {
      const row = await database.get<{ split_seed: number }>(
        'SELECT split_seed FROM dataset WHERE id = ?',
        [datasetId],
      )
      return row?.split_seed ?? 1
    },

    async setSeed(datasetId, seed) {
      await database.run('UPDATE dataset SET split_seed = ? WHERE id = ?', [seed, datasetId])
    },

    async hasByClass(datasetId) {
      const row = await database.get(
        "SELECT 1 FROM split WHERE dataset_id = ? AND kind = 'byClass' LIMIT 1",
        [datasetId],
      )
      return row !== undefined
    },

    async labelSides(datasetId, key) {
      const rows = await database.all<{ id: number; drawn: number; chosen: number | null }>(
        `SELECT label_id AS id, drawn_side AS drawn, chosen_side AS chosen FROM split_label
         WHERE split_id = (SELECT id FROM split WHERE ${sameSplit})`,
        valuesOf(datasetId, key),
      )
      return new Map(rows.map(({ id, drawn, chosen }) => [id, { drawn, chosen }]))
    },

    async imageSides(datasetId, key) {
      const rows = await database.all<{ sha256: string; side: number }>(
        `SELECT sha256, side FROM split_image
         WHERE split_id = (SELECT id FROM split WHERE ${sameSplit})`,
        valuesOf(datasetId, key),
      )
      return new Map(rows.map(({ sha256, side }) => [sha256, side]))
    },

    async keep(datasetId, key, drawn) {
      if (drawn.labels.size === 0 && drawn.images.size === 0) return
      await database.transaction(async (transaction) => {
        await keepDrawn(transaction, await ensure(transaction, datasetId, key), drawn)
      })
    },

    async choose(datasetId, key, drawn, chosen) {
      await database.transaction(async (transaction) => {
        const splitId = await ensure(transaction, datasetId, key)
        await keepDrawn(transaction, splitId, drawn)
        for (const [labelId, side] of chosen) {
          await transaction.run(
            'UPDATE split_label SET chosen_side = ? WHERE split_id = ? AND label_id = ?',
            [side, splitId, labelId],
          )
        }
      })
    },

    async forgetChosen(datasetId, key) {
      await database.run(
        `UPDATE split_label SET chosen_side = NULL
         WHERE split_id = (SELECT id FROM split WHERE ${sameSplit})`,
        valuesOf(datasetId, key),
      )
    },
  }
}
