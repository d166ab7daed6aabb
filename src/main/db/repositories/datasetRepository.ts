import type { ImportReport } from '../../../shared/model/dataset'
import type { DatasetId } from '../../../shared/model/ids'
import type { Database } from '../connection'

/** A dataset with its counts, as far as the database knows them. */
export interface StoredDataset {
  readonly id: DatasetId
  readonly name: string
  readonly folder: string
  readonly openedAt: number
  readonly imageCount: number
  readonly labelCount: number
  readonly unlabelledCount: number
  readonly excludedCount: number
  readonly leftOutCount: number
  /** Links out of the folder are followed. */
  readonly followsLinks: boolean
}

export interface DatasetRepository {
  /** The dataset of this folder, made where there is none. */
  ensure(folder: string, name: string, now: number): Promise<DatasetId>
  find(id: DatasetId): Promise<StoredDataset | undefined>
  /** Every dataset's name and folder; counts nothing. */
  all(): Promise<readonly Pick<StoredDataset, 'id' | 'name' | 'folder'>[]>
  /** Last opened first. */
  recent(limit: number): Promise<readonly StoredDataset[]>
  touch(id: DatasetId, now: number): Promise<void>
  /** The same dataset in another folder, under another name. */
  relocate(id: DatasetId, folder: string, name: string, now: number): Promise<void>
  setFollowsLinks(id: DatasetId, follows: boolean): Promise<void>
  /** With everything that hangs on it. */
  remove(id: DatasetId): Promise<void>
  saveReport(id: DatasetId, report: ImportReport): Promise<void>
  report(id: DatasetId): Promise<ImportReport | null>
}

interface DatasetRow {
  readonly id: DatasetId
  readonly name: string
  readonly folder: string
  readonly opened_at: number
  readonly left_out_count: number
  readonly follows_links: number
  readonly images: number
  readonly labels: number
  readonly unlabelled: number
  readonly excluded: number
}

/** Counts are of images that are still in the folder. */
const selectDataset = `SELECT dataset.id, dataset.name, dataset.folder, dataset.opened_at,
    dataset.left_out_count, dataset.follows_links,
    count(image.id) AS images,
    count(DISTINCT image.label_id) AS labels,
    coalesce(sum(image.id IS NOT NULL AND image.label_id IS NULL), 0) AS unlabelled,
    coalesce(sum(image.excluded), 0) AS excluded
  FROM dataset LEFT JOIN image ON image.dataset_id = dataset.id AND image.missing = 0`

export function createDatasetRepository(database: Database): DatasetRepository {
  return {
    async ensure(folder, name, now) {
      return database.transaction(async (transaction) => {
        await transaction.run(
          `INSERT INTO dataset (name, folder, created_at, opened_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (folder) DO UPDATE SET opened_at = excluded.opened_at`,
          [name, folder, now, now],
        )
        const row = await transaction.get<{ id: DatasetId }>(
          'SELECT id FROM dataset WHERE folder = ?',
          [folder],
        )
        return row!.id
      })
    },

    async find(id) {
      const row = await database.get<DatasetRow>(
        `${selectDataset} WHERE dataset.id = ? GROUP BY dataset.id`,
        [id],
      )
      return row === undefined ? undefined : storedDatasetOf(row)
    },

    all() {
      return database.all('SELECT id, name, folder FROM dataset ORDER BY opened_at DESC, id DESC')
    },

    async recent(limit) {
      const rows = await database.all<DatasetRow>(
        `${selectDataset} GROUP BY dataset.id ORDER BY dataset.opened_at DESC, dataset.id DESC LIMIT ?`,
        [limit],
      )
      return rows.map(storedDatasetOf)
    },

    async touch(id, now) {
      await database.run('UPDATE dataset SET opened_at = ? WHERE id = ?', [now, id])
    },

    async relocate(id, folder, name, now) {
      await database.run('UPDATE dataset SET folder = ?, name = ?, opened_at = ? WHERE id = ?', [
        folder,
        name,
        now,
        id,
      ])
    },

    async setFollowsLinks(id, follows) {
      await database.run('UPDATE dataset SET follows_links = ? WHERE id = ?', [follows ? 1 : 0, id])
    },

    async remove(id) {
      await database.transaction(async (transaction) => {
        // Images and labels refer to each other; this order asks no foreign key to wait.
        await transaction.run('DELETE FROM run WHERE dataset_id = ?', [id])
        await transaction.run('DELETE FROM image WHERE dataset_id = ?', [id])
        await transaction.run('DELETE FROM dataset WHERE id = ?', [id])
      })
    },

    async saveReport(id, report) {
      await database.run('UPDATE dataset SET report = ?, left_out_count = ? WHERE id = ?', [
        JSON.stringify(report),
        report.leftOutTotal,
        id,
      ])
    },

    async report(id) {
      const row = await database.get<{ report: string | null }>(
        'SELECT report FROM dataset WHERE id = ?',
        [id],
      )
      return row === undefined || row.report === null
        ? null
        : (JSON.parse(row.report) as ImportReport)
    },
  }
}

const storedDatasetOf = (row: DatasetRow): StoredDataset => ({
  id: row.id,
  name: row.name,
  folder: row.folder,
  openedAt: row.opened_at,
  imageCount: row.images,
  labelCount: row.labels,
  unlabelledCount: row.unlabelled,
  excludedCount: row.excluded,
  leftOutCount: row.left_out_count,
  followsLinks: row.follows_links !== 0,
})
