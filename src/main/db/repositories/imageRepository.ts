import {
  type ImageColumns,
  type ImageFilter,
  type ImageOrder,
  type ImageSummary,
  imageFlag,
} from '../../../shared/model/dataset'
import type { DatasetId, ImageId, LabelId } from '../../../shared/model/ids'
import { idList, searchForm } from '../columns'
import type { Database, Reader, SqlValue, Transaction } from '../connection'

/** Who gave an image its label; a rescan changes only what no person gave. */
export const labelSource = { folder: 0, csv: 1, person: 2 } as const
export type LabelSource = (typeof labelSource)[keyof typeof labelSource]

/** What an import finds out about one file. */
export interface ImportedImage {
  readonly relativePath: string
  readonly bytes: number
  readonly modifiedAt: number
  readonly sha256: string
  /** 16 hexadecimal digits of the hash, and those of the colours behind it. */
  readonly perceptualHash: string
  readonly widthPx: number
  readonly heightPx: number
  readonly format: string
  readonly labelId: LabelId | null
  readonly labelSource: LabelSource
}

/** What a rescan needs to know of an image to see whether its file changed. */
export interface KnownImage {
  readonly id: number
  readonly relativePath: string
  readonly bytes: number
  readonly modifiedAt: number
  readonly sha256: string
  readonly labelId: number | null
  readonly labelSource: LabelSource
  readonly missing: boolean
}

export interface ImageLocation {
  readonly datasetId: DatasetId
  readonly folder: string
  /** Links out of the folder are followed: its file may lie elsewhere. */
  readonly followsLinks: boolean
  readonly relativePath: string
  readonly sha256: string
  readonly format: string
  readonly bytes: number
}

interface StoredImage extends ImageSummary {
  readonly datasetId: DatasetId
  readonly format: string
  readonly modifiedAt: number
  readonly sha256: string
}

/** Every image still in the folder, as columns ordered by relative path. */
interface TrainingRows {
  readonly ids: Uint32Array
  /** 0 none. */
  readonly labelIds: Uint32Array
  readonly excluded: Uint8Array
  readonly bytes: Float64Array
  readonly widthPx: Uint32Array
  readonly heightPx: Uint32Array
  readonly modifiedAt: Float64Array
  readonly sha256: readonly string[]
  readonly relativePaths: readonly string[]
  readonly perceptualHashes: readonly string[]
}

/** What an export says of an image. */
export interface ImageFacts extends Omit<ImageSummary, 'fileName' | 'missing'> {
  readonly sha256: string
}

/** Label and its source of images, ascending by id. */
interface LabelColumns {
  readonly ids: Uint32Array
  readonly labels: Uint32Array
  readonly sources: Uint8Array
}

export interface ImageRepository {
  columns(datasetId: DatasetId, filter: ImageFilter, order: ImageOrder): Promise<ImageColumns>
  /** In the order asked; unknown ids are left out. */
  summaries(ids: Uint32Array): Promise<readonly ImageSummary[]>
  /** In the order asked; unknown ids are left out. */
  facts(ids: Uint32Array): Promise<readonly ImageFacts[]>
  find(id: ImageId): Promise<StoredImage | undefined>
  location(id: ImageId): Promise<ImageLocation | undefined>
  trainingRows(datasetId: DatasetId): Promise<TrainingRows>
  /** All images ever imported, missing ones too; not those that were added from elsewhere. */
  known(datasetId: DatasetId): Promise<readonly KnownImage[]>
  /** Adds, or refreshes the image of the same path: a label that a person gave stays. */
  save(
    transaction: Transaction,
    datasetId: DatasetId,
    images: readonly ImportedImage[],
    now: number,
  ): Promise<void>
  /**
   * Files found under other paths: same images, same labels where a person gave them. They may
   * have changed places with each other; a missing image whose old path is taken makes way.
   */
  move(
    transaction: Transaction,
    datasetId: DatasetId,
    moves: readonly { readonly id: number; readonly image: ImportedImage }[],
  ): Promise<void>
  /** Missing images give up these paths, so that a new image may have them. */
  vacate(
    transaction: Transaction,
    datasetId: DatasetId,
    relativePaths: readonly string[],
  ): Promise<void>
  /** Of images of the dataset, missing ones too. */
  idsOfPaths(
    transaction: Transaction,
    datasetId: DatasetId,
    relativePaths: readonly string[],
  ): Promise<ReadonlyMap<string, number>>
  setMissing(transaction: Transaction, ids: readonly number[], missing: boolean): Promise<void>
  /** Of these images of the dataset, those whose label or its giver would change. */
  labelsToChange(
    transaction: Transaction,
    datasetId: DatasetId,
    ids: Uint32Array,
    label: number | null,
  ): Promise<LabelColumns>
  labelsOf(transaction: Transaction, labelId: number): Promise<LabelColumns>
  /** One label for all, given by `source`; without a source it stays as it is. */
  setLabel(
    transaction: Transaction,
    ids: Uint32Array,
    label: number | null,
    source?: LabelSource,
  ): Promise<void>
  /** What the folder or labels.csv says now, for images that no person labelled. */
  setImportedLabel(
    transaction: Transaction,
    ids: readonly number[],
    label: LabelId | null,
    source: LabelSource,
  ): Promise<void>
  /** Puts every image back to a label and source of its own. */
  restoreLabels(transaction: Transaction, columns: LabelColumns): Promise<void>
  /** Of these images of the dataset, those that are not excluded (or included) yet. */
  exclusionsToChange(
    transaction: Transaction,
    datasetId: DatasetId,
    ids: Uint32Array,
    excluded: boolean,
  ): Promise<Uint32Array>
  setExcluded(transaction: Transaction, ids: Uint32Array, excluded: boolean): Promise<void>
  /** Contents that the images of this dataset have, and no others. */
  contentsOnlyOf(datasetId: DatasetId): Promise<readonly string[]>
  /** Contents of all images of all datasets. */
  allContents(): Promise<ReadonlySet<string>>
  /** How many images in the folder share their contents with another one. */
  countDuplicates(datasetId: DatasetId): Promise<number>
}

const orders: Readonly<Record<ImageOrder, string>> = {
  // Of one path order the order by label is made in {@link inLabelOrder}, in a fraction of the time.
  label: 'image.relative_path',
  path: 'image.relative_path',
  newest: 'image.modified_at DESC, image.relative_path',
  largest: 'image.bytes DESC, image.relative_path',
}

const summaryColumns = `image.id, image.relative_path AS relativePath, image.label_id AS labelId,
  image.width_px AS widthPx, image.height_px AS heightPx, image.bytes, image.excluded,
  image.missing`

export function createImageRepository(database: Database): ImageRepository {
  return {
    async columns(datasetId, filter, order) {
      const { where, values } = conditionsOf(datasetId, filter)
      // One text row is many times quicker through the binding than one object an image.
      const row = await database.get<{ packed: string | null }>(
        `SELECT group_concat(packed, ',') AS packed FROM (
           SELECT image.id || ',' || coalesce(image.label_id, 0) || ',' ||
             (image.excluded + 2 * image.missing + 4 * (image.label_source = 2)) AS packed
           FROM image LEFT JOIN label ON label.id = image.label_id
           WHERE ${where} ORDER BY ${orders[order]})`,
        values,
      )
      const inOrder = unpackColumns(row?.packed ?? '')
      const columns =
        order === 'label' ? inLabelOrder(inOrder, await labelsByName(database, datasetId)) : inOrder
      const hard = await hardImages(database, datasetId)
      for (let row = 0; row < columns.ids.length; row += 1) {
        if (hard.has(columns.ids[row]!)) columns.flags[row]! |= imageFlag.hard
      }
      return columns
    },

    async summaries(ids) {
      const rows = await database.all<SummaryRow>(
        `SELECT ${summaryColumns} FROM image WHERE id IN (SELECT value FROM json_each(?))`,
        [idList(ids)],
      )
      const byId = new Map(rows.map((row) => [row.id as number, row]))
      return [...ids].flatMap((id) => {
        const row = byId.get(id)
        return row === undefined ? [] : [summaryOf(row)]
      })
    },

    async facts(ids) {
      const rows = await database.all<Omit<ImageFacts, 'excluded'> & { excluded: number }>(
        `SELECT id, relative_path AS relativePath, label_id AS labelId, width_px AS widthPx,
           height_px AS heightPx, bytes, excluded, sha256
         FROM image WHERE id IN (SELECT value FROM json_each(?))`,
        [idList(ids)],
      )
      const byId = new Map(rows.map((row) => [row.id as number, row]))
      return [...ids].flatMap((id) => {
        const row = byId.get(id)
        return row === undefined ? [] : [{ ...row, excluded: row.excluded === 1 }]
      })
    },

    async find(id) {
      const row = await database.get<
        SummaryRow & Pick<StoredImage, 'datasetId' | 'format' | 'modifiedAt' | 'sha256'>
      >(
        `SELECT ${summaryColumns}, image.dataset_id AS datasetId, image.format,
           image.modified_at AS modifiedAt, image.sha256 FROM image WHERE id = ?`,
        [id],
      )
      if (row === undefined) return undefined
      const { datasetId, format, modifiedAt, sha256 } = row
      return { ...summaryOf(row), datasetId, format, modifiedAt, sha256 }
    },

    async location(id) {
      const row = await database.get<Omit<ImageLocation, 'followsLinks'> & { follows: number }>(
        `SELECT image.dataset_id AS datasetId, dataset.folder, dataset.follows_links AS follows,
           image.relative_path AS relativePath, image.sha256, image.format, image.bytes
         FROM image JOIN dataset ON dataset.id = image.dataset_id WHERE image.id = ?`,
        [id],
      )
      if (row === undefined) return undefined
      const { follows, ...location } = row
      return { ...location, followsLinks: follows !== 0 }
    },

    async trainingRows(datasetId) {
      const rows = await database.all<{
        id: number
        label_id: number | null
        excluded: number
        bytes: number
        width_px: number
        height_px: number
        modified_at: number
        sha256: string
        relative_path: string
        perceptual_hash: string
      }>(
        `SELECT id, label_id, excluded, bytes, width_px, height_px, modified_at, sha256,
           relative_path, perceptual_hash
         FROM image WHERE dataset_id = ? AND missing = 0 ORDER BY relative_path`,
        [datasetId],
      )
      return {
        ids: Uint32Array.from(rows, (row) => row.id),
        labelIds: Uint32Array.from(rows, (row) => row.label_id ?? 0),
        excluded: Uint8Array.from(rows, (row) => row.excluded),
        bytes: Float64Array.from(rows, (row) => row.bytes),
        widthPx: Uint32Array.from(rows, (row) => row.width_px),
        heightPx: Uint32Array.from(rows, (row) => row.height_px),
        modifiedAt: Float64Array.from(rows, (row) => row.modified_at),
        sha256: rows.map((row) => row.sha256),
        relativePaths: rows.map((row) => row.relative_path),
        perceptualHashes: rows.map((row) => row.perceptual_hash),
      }
    },

    async known(datasetId) {
      const rows = await database.all<Omit<KnownImage, 'missing'> & { missing: number }>(
        `SELECT id, relative_path AS relativePath, bytes, modified_at AS modifiedAt, sha256,
           label_id AS labelId, label_source AS labelSource, missing
         FROM image WHERE dataset_id = ? AND relative_path NOT LIKE '.added/%'`,
        [datasetId],
      )
      return rows.map((row) => ({ ...row, missing: row.missing === 1 }))
    },

    async save(transaction, datasetId, images, now) {
      const rows = images.map((image) => [
        image.relativePath,
        searchForm(fileNameOf(image.relativePath)),
        image.bytes,
        image.modifiedAt,
        image.sha256,
        image.perceptualHash,
        image.widthPx,
        image.heightPx,
        image.format,
        image.labelId,
        image.labelSource,
      ])
      const columns = Array.from({ length: 11 }, (_, index) => `json_extract(value, '$[${index}]')`)
      await transaction.run(
        `INSERT INTO image (dataset_id, added_at, relative_path, search_name, bytes, modified_at,
           sha256, perceptual_hash, width_px, height_px, format, label_id, label_source)
         SELECT ?1, ?2, ${columns.join(', ')} FROM json_each(?3) WHERE true
         ON CONFLICT (dataset_id, relative_path) DO UPDATE SET
           bytes = excluded.bytes, modified_at = excluded.modified_at, sha256 = excluded.sha256,
           perceptual_hash = excluded.perceptual_hash, width_px = excluded.width_px,
           height_px = excluded.height_px, format = excluded.format, missing = 0,
           label_id = iif(label_source = 2, label_id, excluded.label_id),
           label_source = iif(label_source = 2, label_source, excluded.label_source)`,
        [datasetId, now, JSON.stringify(rows)],
      )
    },

    async move(transaction, datasetId, moves) {
      await transaction.run(
        `UPDATE image SET relative_path = relative_path || char(0) || id
         WHERE id IN (SELECT value FROM json_each(?))`,
        [idList(moves.map(({ id }) => id))],
      )
      await vacatePaths(
        transaction,
        datasetId,
        moves.map(({ image }) => image.relativePath),
      )
      for (const { id, image } of moves) {
        await transaction.run(
          `UPDATE image SET relative_path = ?, search_name = ?, bytes = ?, modified_at = ?,
             missing = 0, label_id = iif(label_source = 2, label_id, ?),
             label_source = iif(label_source = 2, label_source, ?)
           WHERE id = ?`,
          [
            image.relativePath,
            searchForm(fileNameOf(image.relativePath)),
            image.bytes,
            image.modifiedAt,
            image.labelId,
            image.labelSource,
            id,
          ],
        )
      }
    },

    vacate: vacatePaths,

    async idsOfPaths(transaction, datasetId, relativePaths) {
      const rows = await transaction.all<{ id: number; path: string }>(
        `SELECT id, relative_path AS path FROM image
         WHERE dataset_id = ? AND relative_path IN (SELECT value FROM json_each(?))`,
        [datasetId, JSON.stringify(relativePaths)],
      )
      return new Map(rows.map(({ id, path }) => [path, id]))
    },

    async setMissing(transaction, ids, missing) {
      await transaction.run(
        'UPDATE image SET missing = ? WHERE id IN (SELECT value FROM json_each(?))',
        [missing ? 1 : 0, idList(ids)],
      )
    },

    async labelsToChange(transaction, datasetId, ids, label) {
      return readLabels(
        transaction,
        // The plus keeps the planner from reading the whole dataset for a few ids.
        `+dataset_id = ? AND id IN (SELECT value FROM json_each(?))
         AND (label_id IS NOT ? OR label_source <> 2)`,
        [datasetId, idList(ids), label],
      )
    },

    labelsOf(transaction, labelId) {
      return readLabels(transaction, 'label_id = ?', [labelId])
    },

    async setLabel(transaction, ids, label, source) {
      await transaction.run(
        `UPDATE image SET label_id = ?, label_source = coalesce(?, label_source)
         WHERE id IN (SELECT value FROM json_each(?))`,
        [label, source ?? null, idList(ids)],
      )
    },

    async setImportedLabel(transaction, ids, label, source) {
      await transaction.run(
        `UPDATE image SET label_id = ?, label_source = ?
         WHERE id IN (SELECT value FROM json_each(?)) AND label_source <> 2`,
        [label, source, idList(ids)],
      )
    },

    async restoreLabels(transaction, { ids, labels, sources }) {
      const groups = new Map<number, number[]>()
      for (let row = 0; row < ids.length; row += 1) {
        const key = labels[row]! * 4 + sources[row]!
        const group = groups.get(key)
        if (group === undefined) groups.set(key, [ids[row]!])
        else group.push(ids[row]!)
      }
      for (const [key, group] of groups) {
        const label = Math.floor(key / 4)
        await transaction.run(
          `UPDATE image SET label_id = ?, label_source = ?
           WHERE id IN (SELECT value FROM json_each(?))`,
          [label === 0 ? null : label, key % 4, idList(group)],
        )
      }
    },

    async exclusionsToChange(transaction, datasetId, ids, excluded) {
      const row = await transaction.get<{ ids: string | null }>(
        `SELECT group_concat(id, ',') AS ids FROM (SELECT id FROM image WHERE +dataset_id = ?
           AND id IN (SELECT value FROM json_each(?)) AND excluded <> ? ORDER BY id)`,
        [datasetId, idList(ids), excluded ? 1 : 0],
      )
      return numbersOf(row?.ids ?? '')
    },

    async setExcluded(transaction, ids, excluded) {
      await transaction.run(
        'UPDATE image SET excluded = ? WHERE id IN (SELECT value FROM json_each(?))',
        [excluded ? 1 : 0, idList(ids)],
      )
    },

    async contentsOnlyOf(datasetId) {
      const rows = await database.all<{ sha256: string }>(
        `SELECT sha256 FROM image WHERE dataset_id = ?1
         EXCEPT SELECT sha256 FROM image WHERE dataset_id <> ?1`,
        [datasetId],
      )
      return rows.map(({ sha256 }) => sha256)
    },

    async allContents() {
      const rows = await database.all<{ sha256: string }>('SELECT DISTINCT sha256 FROM image')
      return new Set(rows.map(({ sha256 }) => sha256))
    },

    async countDuplicates(datasetId) {
      const row = await database.get<{ duplicates: number }>(
        `SELECT count(*) - count(DISTINCT sha256) AS duplicates FROM image
         WHERE dataset_id = ? AND missing = 0`,
        [datasetId],
      )
      return row?.duplicates ?? 0
    },
  }
}

async function vacatePaths(
  transaction: Transaction,
  datasetId: DatasetId,
  relativePaths: readonly string[],
): Promise<void> {
  await transaction.run(
    `UPDATE image SET relative_path = relative_path || ' (replaced, ' || id || ')'
     WHERE dataset_id = ? AND missing = 1
       AND relative_path IN (SELECT value FROM json_each(?))`,
    [datasetId, JSON.stringify(relativePaths)],
  )
}

interface SummaryRow {
  readonly id: ImageId
  readonly relativePath: string
  readonly labelId: LabelId | null
  readonly widthPx: number
  readonly heightPx: number
  readonly bytes: number
  readonly excluded: number
  readonly missing: number
}

const fileNameOf = (relativePath: string): string =>
  relativePath.slice(relativePath.lastIndexOf('/') + 1)

const summaryOf = (row: SummaryRow): ImageSummary => ({
  id: row.id,
  fileName: fileNameOf(row.relativePath),
  relativePath: row.relativePath,
  labelId: row.labelId,
  widthPx: row.widthPx,
  heightPx: row.heightPx,
  bytes: row.bytes,
  excluded: row.excluded === 1,
  missing: row.missing === 1,
})

function conditionsOf(
  datasetId: DatasetId,
  filter: ImageFilter,
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const conditions = ['image.dataset_id = ?']
  const values: SqlValue[] = [datasetId]
  const excluded = filter.excluded ?? 'exclude'
  if (excluded !== 'include') conditions.push(`image.excluded = ${excluded === 'only' ? 1 : 0}`)
  if (filter.missing !== 'include') {
    conditions.push(`image.missing = ${filter.missing === 'only' ? 1 : 0}`)
  }
  if (filter.labelIds !== undefined || filter.unlabelled === true) {
    const either: string[] = []
    if (filter.labelIds !== undefined) {
      either.push('image.label_id IN (SELECT value FROM json_each(?))')
      values.push(idList(filter.labelIds))
    }
    if (filter.unlabelled === true) either.push('image.label_id IS NULL')
    conditions.push(`(${either.join(' OR ')})`)
  }
  for (const word of searchWords(filter.search ?? '')) {
    conditions.push('(instr(image.search_name, ?) > 0 OR instr(label.search_name, ?) > 0)')
    values.push(word, word)
  }
  return { where: conditions.join(' AND '), values }
}

/** Far fewer than SQLite has room for; nobody types as many. */
const mostWords = 64

/** Each must be found; together in quotation marks they are found as they stand. */
function searchWords(text: string): readonly string[] {
  const words = searchForm(text).match(/"[^"]+"|[^\s"]+/g) ?? []
  return words
    .map((word) => word.replaceAll('"', '').trim())
    .filter((word) => word !== '')
    .slice(0, mostWords)
}

/** Numbers of `a,b,c`, parsed without a string for each. */
function numbersOf(text: string): Uint32Array {
  if (text === '') return new Uint32Array(0)
  let count = 1
  for (let index = text.indexOf(','); index >= 0; index = text.indexOf(',', index + 1)) count += 1
  const numbers = new Uint32Array(count)
  let position = 0
  let value = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 44) {
      numbers[position] = value
      position += 1
      value = 0
    } else value = value * 10 + code - 48
  }
  numbers[position] = value
  return numbers
}

function unpackColumns(packed: string): ImageColumns {
  const numbers = numbersOf(packed)
  const count = numbers.length / 3
  const ids = new Uint32Array(count)
  const labelIds = new Uint32Array(count)
  const flags = new Uint8Array(count)
  for (let row = 0; row < count; row += 1) {
    ids[row] = numbers[3 * row]!
    labelIds[row] = numbers[3 * row + 1]!
    flags[row] = numbers[3 * row + 2]!
  }
  return { ids, labelIds, flags }
}

async function labelsByName(reader: Reader, datasetId: DatasetId): Promise<readonly number[]> {
  const rows = await reader.all<{ id: number }>(
    'SELECT id FROM label WHERE dataset_id = ? ORDER BY search_name, id',
    [datasetId],
  )
  return rows.map((row) => row.id)
}

/** Stable counting sort by the labels' order; images without a label come last. */
function inLabelOrder(columns: ImageColumns, labels: readonly number[]): ImageColumns {
  const rankOf = new Map(labels.map((label, rank) => [label, rank]))
  const ranks = Uint32Array.from(columns.labelIds, (label) => rankOf.get(label) ?? labels.length)
  const starts = new Uint32Array(labels.length + 2)
  for (const rank of ranks) starts[rank + 1]! += 1
  for (let rank = 1; rank < starts.length; rank += 1) starts[rank]! += starts[rank - 1]!
  const ids = new Uint32Array(ranks.length)
  const labelIds = new Uint32Array(ranks.length)
  const flags = new Uint8Array(ranks.length)
  for (let row = 0; row < ranks.length; row += 1) {
    const to = starts[ranks[row]!]!
    starts[ranks[row]!] = to + 1
    ids[to] = columns.ids[row]!
    labelIds[to] = columns.labelIds[row]!
    flags[to] = columns.flags[row]!
  }
  return { ids, labelIds, flags }
}

/** Share of a dataset's images that is called hard, at most. */
const hardestShare = 0.03

/**
 * Anchors and negatives of the greatest violations in the newest run that has an embedding, until
 * they are a few percent of the images; what a person has judged, or a correction settled, is not
 * among them.
 */
async function hardImages(reader: Reader, datasetId: DatasetId): Promise<ReadonlySet<number>> {
  const count = await reader.get<{ images: number }>(
    'SELECT count(*) AS images FROM image WHERE dataset_id = ? AND missing = 0 AND excluded = 0',
    [datasetId],
  )
  const most = Math.ceil(hardestShare * (count?.images ?? 0))
  const rows = await reader.all<{ anchor: number; negative: number }>(
    `SELECT triplet.anchor, triplet.negative FROM triplet
       JOIN image a ON a.id = triplet.anchor
       JOIN image p ON p.id = triplet.positive
       JOIN image n ON n.id = triplet.negative
       LEFT JOIN verdict ON verdict.dataset_id = a.dataset_id
         AND verdict.anchor_sha256 = a.sha256 AND verdict.positive_sha256 = p.sha256
         AND verdict.negative_sha256 = n.sha256
     WHERE triplet.run_id = (
         SELECT max(id) FROM run WHERE dataset_id = ? AND has_embeddings = 1)
       AND triplet.negative_distance < triplet.positive_distance AND verdict.id IS NULL
       AND a.label_id = p.label_id AND a.label_id IS NOT n.label_id AND n.label_id IS NOT NULL
     ORDER BY triplet.positive_distance - triplet.negative_distance DESC,
       triplet.anchor, triplet.positive, triplet.negative LIMIT ?`,
    // Each gives at most two; many share an image.
    [datasetId, 8 * most],
  )
  const hard = new Set<number>()
  for (const { anchor, negative } of rows) {
    for (const id of [anchor, negative]) if (hard.size < most) hard.add(id)
  }
  return hard
}

async function readLabels(
  transaction: Transaction,
  where: string,
  values: readonly SqlValue[],
): Promise<LabelColumns> {
  const row = await transaction.get<{ packed: string | null }>(
    `SELECT group_concat(packed, ',') AS packed FROM (
       SELECT id || ',' || coalesce(label_id, 0) || ',' || label_source AS packed
       FROM image WHERE ${where} ORDER BY id)`,
    values,
  )
  const { ids, labelIds, flags } = unpackColumns(row?.packed ?? '')
  return { ids, labels: labelIds, sources: flags }
}
