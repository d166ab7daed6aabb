import type { LabelSummary } from '../../../shared/model/dataset'
import type { DatasetId, LabelId } from '../../../shared/model/ids'
import { searchForm } from '../columns'
import type { Database, Reader, Transaction } from '../connection'

export interface StoredLabel {
  readonly id: LabelId
  readonly datasetId: DatasetId
  readonly name: string
}

export interface LabelRepository {
  /** Labels that some image in the folder has, by name. */
  list(datasetId: DatasetId): Promise<readonly LabelSummary[]>
  /** All names ever given, by id. */
  names(datasetId: DatasetId): Promise<ReadonlyMap<number, string>>
  /** What the draw of each label goes by: the name it was made with, by id. */
  drawKeys(datasetId: DatasetId): Promise<ReadonlyMap<number, string>>
  /** Label that each folder's name stands for now. */
  importNames(datasetId: DatasetId): Promise<ReadonlyMap<string, number>>
  find(id: LabelId, reader?: Reader): Promise<StoredLabel | undefined>
  findByName(datasetId: DatasetId, name: string, reader?: Reader): Promise<StoredLabel | undefined>
  /** The label of this name, made with the next colour where there is none. */
  ensure(transaction: Transaction, datasetId: DatasetId, name: string): Promise<LabelId>
  rename(transaction: Transaction, id: LabelId, name: string): Promise<void>
  /** Frees the name of a label that no image has, for another label or until a redo. */
  hide(transaction: Transaction, id: LabelId): Promise<void>
  hasImages(transaction: Transaction, id: LabelId): Promise<boolean>
  /** Has images, or a later import may give it some. */
  isUsed(transaction: Transaction, id: LabelId): Promise<boolean>
  /**
   * The label that a folder's name (or a name in labels.csv) stands for now: after renames and
   * merges another one than the name says.
   */
  ensureImported(
    transaction: Transaction,
    datasetId: DatasetId,
    importName: string,
  ): Promise<LabelId>
  importNamesOf(transaction: Transaction, label: LabelId): Promise<readonly string[]>
  /** Sends the import names of `from` to `into`. */
  redirectImports(transaction: Transaction, from: LabelId, into: LabelId): Promise<void>
  setImport(
    transaction: Transaction,
    datasetId: DatasetId,
    importName: string,
    label: LabelId,
  ): Promise<void>
}

const columns = 'id, dataset_id AS datasetId, name'

export function createLabelRepository(database: Database): LabelRepository {
  const repository: LabelRepository = {
    list(datasetId) {
      return database.all<LabelSummary>(
        // CROSS JOIN: label by label, each counted from its own part of one index.
        `SELECT label.id, label.name, label.color_index AS colorIndex,
           sum(image.excluded = 0) AS imageCount
         FROM label CROSS JOIN image ON image.label_id = label.id AND image.missing = 0
         WHERE label.dataset_id = ? GROUP BY label.id ORDER BY label.search_name, label.id`,
        [datasetId],
      )
    },

    async names(datasetId) {
      const rows = await database.all<{ id: number; name: string }>(
        'SELECT id, name FROM label WHERE dataset_id = ?',
        [datasetId],
      )
      return new Map(rows.map((row) => [row.id, row.name]))
    },

    async drawKeys(datasetId) {
      const rows = await database.all<{ id: number; draw_key: string }>(
        'SELECT id, draw_key FROM label WHERE dataset_id = ?',
        [datasetId],
      )
      return new Map(rows.map((row) => [row.id, row.draw_key]))
    },

    async hide(transaction, id) {
      await transaction.run(
        "UPDATE label SET name = char(0) || id, search_name = '' WHERE id = ?",
        [id],
      )
    },

    async hasImages(transaction, id) {
      const row = await transaction.get('SELECT 1 FROM image WHERE label_id = ? LIMIT 1', [id])
      return row !== undefined
    },

    async isUsed(transaction, id) {
      const row = await transaction.get(
        `SELECT 1 AS used WHERE EXISTS (SELECT 1 FROM image WHERE label_id = ?1)
           OR EXISTS (SELECT 1 FROM import_label WHERE label_id = ?1)`,
        [id],
      )
      return row !== undefined
    },

    async importNames(datasetId) {
      const rows = await database.all<{ import_name: string; label_id: number }>(
        'SELECT import_name, label_id FROM import_label WHERE dataset_id = ?',
        [datasetId],
      )
      return new Map(rows.map((row) => [row.import_name, row.label_id]))
    },

    find(id, reader = database) {
      return reader.get<StoredLabel>(`SELECT ${columns} FROM label WHERE id = ?`, [id])
    },

    findByName(datasetId, name, reader = database) {
      return reader.get<StoredLabel>(
        `SELECT ${columns} FROM label WHERE dataset_id = ? AND name = ?`,
        [datasetId, name],
      )
    },

    async ensure(transaction, datasetId, name) {
      const known = await repository.findByName(datasetId, name, transaction)
      if (known !== undefined) return known.id
      const { lastId } = await transaction.run(
        `INSERT INTO label (dataset_id, name, draw_key, search_name, color_index)
         SELECT ?1, ?2, ?2, ?3, coalesce(max(color_index) + 1, 0) FROM label WHERE dataset_id = ?1`,
        [datasetId, name, searchForm(name)],
      )
      return lastId as LabelId
    },

    async rename(transaction, id, name) {
      await transaction.run('UPDATE label SET name = ?, search_name = ? WHERE id = ?', [
        name,
        searchForm(name),
        id,
      ])
    },

    async ensureImported(transaction, datasetId, importName) {
      const known = await transaction.get<{ label_id: LabelId }>(
        'SELECT label_id FROM import_label WHERE dataset_id = ? AND import_name = ?',
        [datasetId, importName],
      )
      if (known !== undefined) return known.label_id
      const label = await repository.ensure(transaction, datasetId, importName)
      await repository.setImport(transaction, datasetId, importName, label)
      return label
    },

    async importNamesOf(transaction, label) {
      const rows = await transaction.all<{ import_name: string }>(
        'SELECT import_name FROM import_label WHERE label_id = ?',
        [label],
      )
      return rows.map((row) => row.import_name)
    },

    async redirectImports(transaction, from, into) {
      await transaction.run('UPDATE import_label SET label_id = ? WHERE label_id = ?', [into, from])
    },

    async setImport(transaction, datasetId, importName, label) {
      await transaction.run(
        `INSERT INTO import_label (dataset_id, import_name, label_id) VALUES (?, ?, ?)
         ON CONFLICT (dataset_id, import_name) DO UPDATE SET label_id = excluded.label_id`,
        [datasetId, importName, label],
      )
    },
  }
  return repository
}
