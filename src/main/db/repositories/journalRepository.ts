import type { DatasetId } from '../../../shared/model/ids'
import type { Verdict } from '../../../shared/model/triplets'
import { blobOf, uint32Of, uint8Of } from '../columns'
import type { Database, Reader, SqlValue, Transaction } from '../connection'
import type { TripletContent, TripletLabelNames } from './verdictRepository'

export type ChangeKind =
  'label' | 'rename' | 'merge' | 'exclude' | 'include' | 'verdict' | 'accept' | 'property'

/** The images that one step touched, in ascending order of id, and what they were before. */
export interface ImageChange {
  readonly ids: Uint32Array
  /** 0 none; absent where the step changed no labels. */
  readonly labelsBefore?: Uint32Array
  readonly sourcesBefore?: Uint8Array
}

/** A label that became another one, and the import names that led to it. */
export interface JoinedLabel {
  readonly from: number
  readonly importNames: readonly string[]
}

/** Everything of a step that is not a column of images. */
export interface ChangeDetail {
  /** The label's name for the window's "Undo: label 3 images cat". */
  readonly label: string | null
  /** Label that the images got; null none; absent where no labels changed. */
  readonly labelAfter?: number | null
  readonly excludedAfter?: boolean
  readonly rename?: {
    readonly labelId: number
    readonly before: string
    readonly after: string
    /** A label without images that had the name before, and the import names that led to it. */
    readonly displaced?: { readonly labelId: number; readonly importNames: readonly string[] }
  }
  /** A label that this step made; without the step its name is free. */
  readonly created?: { readonly labelId: number; readonly name: string }
  /** Import names that led to `from` and lead to `into` now; `others` where several were joined. */
  readonly merge?: JoinedLabel & {
    readonly into: number
    readonly others?: readonly JoinedLabel[]
  }
  readonly verdict?: {
    /** 0 where no run has the triplet any more. */
    readonly tripletId: number
    readonly runId: number
    readonly before: Verdict | null
    /** null: it was taken back. */
    readonly after: Verdict | null
    /** Anchor, positive, negative. */
    readonly imageIds: readonly number[]
    /** Absent in steps of earlier versions, as the next is: that of the images. */
    readonly content?: TripletContent
    /** Names of their labels before the verdict. */
    readonly labels?: TripletLabelNames
  }
  /** Import names that led to another label before, as a merge that is taken back leaves them. */
  readonly imports?: readonly {
    readonly importName: string
    readonly before: number
    readonly after: number
  }[]
  /** Of further fields, by name, as each reads it again. */
  readonly properties?: Readonly<Record<string, unknown>>
}

export interface JournalStep {
  readonly id: number
  readonly datasetId: DatasetId
  readonly at: number
  readonly kind: ChangeKind
  readonly images: ImageChange
  readonly detail: ChangeDetail
}

/** A row without its columns of images: enough to replay what is done and what undone. */
export interface JournalEntry {
  readonly id: number
  readonly kind: ChangeKind | 'undo' | 'redo'
  readonly target: number | null
  readonly imageCount: number
  readonly label: string | null
}

/** An entry as it counts when corrections are counted. */
export interface DatedEntry extends Pick<JournalEntry, 'id' | 'kind' | 'target'> {
  readonly at: number
  /** Images whose label or exclusion it changed. */
  readonly ids: Uint32Array
  /** Labels that it joined into another. */
  readonly merges: number
}

export interface JournalRepository {
  append(transaction: Transaction, step: Omit<JournalStep, 'id'>): Promise<number>
  appendReversal(
    transaction: Transaction,
    reversal: {
      readonly datasetId: DatasetId
      readonly at: number
      readonly kind: 'undo' | 'redo'
      readonly target: number
    },
  ): Promise<number>
  find(id: number, reader?: Reader): Promise<JournalStep | undefined>
  /** All entries in order. */
  entries(datasetId: DatasetId): Promise<readonly JournalEntry[]>
  /** All entries up to a time, in order. */
  entriesUntil(datasetId: DatasetId, at: number): Promise<readonly DatedEntry[]>
  /** Steps that touched the image, newest first, at most `limit`. */
  stepsOf(datasetId: DatasetId, imageId: number, limit: number): Promise<readonly JournalStep[]>
}

interface StepRow {
  readonly id: number
  readonly dataset_id: DatasetId
  readonly at: number
  readonly kind: ChangeKind
  readonly image_ids: Buffer | null
  readonly labels_before: Buffer | null
  readonly sources_before: Buffer | null
  readonly detail: string
}

const stepColumns = 'id, dataset_id, at, kind, image_ids, labels_before, sources_before, detail'

export function createJournalRepository(database: Database): JournalRepository {
  return {
    async append(transaction, step) {
      const { ids, labelsBefore, sourcesBefore } = step.images
      const optional = (column: Uint32Array | Uint8Array | undefined): SqlValue =>
        column === undefined ? null : blobOf(column)
      const { lastId } = await transaction.run(
        `INSERT INTO journal (dataset_id, at, kind, image_count, first_image, last_image,
           image_ids, labels_before, sources_before, detail)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          step.datasetId,
          step.at,
          step.kind,
          ids.length,
          ids.at(0) ?? null,
          ids.at(-1) ?? null,
          ids.length === 0 ? null : blobOf(ids),
          optional(labelsBefore),
          optional(sourcesBefore),
          JSON.stringify(step.detail),
        ],
      )
      return lastId
    },

    async appendReversal(transaction, { datasetId, at, kind, target }) {
      const { lastId } = await transaction.run(
        'INSERT INTO journal (dataset_id, at, kind, target, detail) VALUES (?, ?, ?, ?, ?)',
        [datasetId, at, kind, target, '{}'],
      )
      return lastId
    },

    async find(id, reader = database) {
      const row = await reader.get<StepRow>(`SELECT ${stepColumns} FROM journal WHERE id = ?`, [id])
      return row === undefined ? undefined : stepOf(row)
    },

    entries(datasetId) {
      return database.all<JournalEntry>(
        `SELECT id, kind, target, image_count AS imageCount,
           json_extract(detail, '$.label') AS label
         FROM journal WHERE dataset_id = ? ORDER BY id`,
        [datasetId],
      )
    },

    async entriesUntil(datasetId, at) {
      const rows = await database.all<
        Pick<StepRow, 'id' | 'at' | 'kind' | 'image_ids'> & {
          readonly target: number | null
          readonly merges: number
        }
      >(
        `SELECT id, at, kind, target, image_ids,
           (json_extract(detail, '$.merge') IS NOT NULL)
             + coalesce(json_array_length(detail, '$.merge.others'), 0) AS merges
         FROM journal WHERE dataset_id = ? AND at <= ? ORDER BY id`,
        [datasetId, at],
      )
      return rows.map((row) => ({
        id: row.id,
        at: row.at,
        kind: row.kind,
        target: row.target,
        ids: row.image_ids === null ? new Uint32Array(0) : uint32Of(row.image_ids),
        merges: row.merges,
      }))
    },

    async stepsOf(datasetId, imageId, limit) {
      const found: JournalStep[] = []
      let before = Number.MAX_SAFE_INTEGER
      // In pages: one step may carry a column of 100,000 images.
      while (found.length < limit) {
        const rows = await database.all<StepRow>(
          `SELECT ${stepColumns} FROM journal
           WHERE dataset_id = ?1 AND id < ?2 AND target IS NULL
             AND (?3 BETWEEN first_image AND last_image OR (kind = 'verdict' AND EXISTS (
               SELECT 1 FROM json_each(detail, '$.verdict.imageIds') WHERE value = ?3)))
           ORDER BY id DESC LIMIT 50`,
          [datasetId, before, imageId],
        )
        for (const row of rows) {
          const step = stepOf(row)
          const touched =
            step.detail.verdict?.imageIds.includes(imageId) === true ||
            indexOfSorted(step.images.ids, imageId) >= 0
          if (touched && found.length < limit) found.push(step)
        }
        const last = rows.at(-1)
        if (rows.length < 50 || last === undefined) break
        before = last.id
      }
      return found
    },
  }
}

function stepOf(row: StepRow): JournalStep {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    at: row.at,
    kind: row.kind,
    images: {
      ids: row.image_ids === null ? new Uint32Array(0) : uint32Of(row.image_ids),
      ...(row.labels_before === null ? {} : { labelsBefore: uint32Of(row.labels_before) }),
      ...(row.sources_before === null ? {} : { sourcesBefore: uint8Of(row.sources_before) }),
    },
    detail: JSON.parse(row.detail) as ChangeDetail,
  }
}

/** Position of `value` in an ascending column, or -1. */
export function indexOfSorted(column: Uint32Array, value: number): number {
  let low = 0
  let high = column.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = column[middle]!
    if (found === value) return middle
    if (found < value) low = middle + 1
    else high = middle - 1
  }
  return -1
}
