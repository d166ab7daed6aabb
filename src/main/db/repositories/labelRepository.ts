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
  find(id: LabelId, reader?: Reader): Promise<StoredLabel | undefined>
  findByName(datasetId: DatasetId, name: string, reader?: Reader): Promise<StoredLabel | undefined>
  /** The label of this name, made with the next colour where there is none. */
  ensure(transaction: Transaction, datasetId: DatasetId, name: string): Promise<LabelId>
  rename(transaction: Transaction, id: LabelId, name: string): Promise<void>
  /**
   * The label that a folder's name (or a name in labels.csv) stands for now: after renames and
   * merges another one than the name says.
   */
  ensureImported(
    transaction: Transaction,
    datasetId: DatasetId,
    importName: string,
  ): Promise<LabelId>
  /** Sends the import names of `from` to `into`; answers which. */
  redirectImports(
    transaction: Transaction,
    from: LabelId,
    into: LabelId,
  ): Promise<readonly string[]>
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
        `SELECT label.id, label.name, label.color_index AS colorIndex,
           sum(image.excluded = 0) AS imageCount
         FROM label JOIN image ON image.label_id = label.id AND image.missing = 0
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
        `INSERT INTO label (dataset_id, name, search_name, color_index)
         SELECT ?1, ?2, ?3, coalesce(max(color_index) + 1, 0) FROM label WHERE dataset_id = ?1`,
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

    async redirectImports(transaction, from, into) {
      const rows = await transaction.all<{ import_name: string }>(
        'SELECT import_name FROM import_label WHERE label_id = ?',
        [from],
      )
      await transaction.run('UPDATE import_label SET label_id = ? WHERE label_id = ?', [into, from])
      return rows.map((row) => row.import_name)
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
