import type { DatasetId, ImageId, VerdictId } from '../../../shared/model/ids'
import type { JudgedTriplet, Verdict } from '../../../shared/model/triplets'
import type { Database, Reader, Transaction } from '../connection'

/** SHA-256 of the three files: a verdict holds for them in every run, after rescans and moves. */
export interface TripletContent {
  readonly anchor: string
  readonly positive: string
  readonly negative: string
}

export type TripletLabelNames = readonly [string | null, string | null, string | null]

interface GivenVerdict {
  readonly verdict: Verdict
  readonly givenAt: number
  /** Names of the labels before it; null where not known. */
  readonly labels: TripletLabelNames | null
}

export interface StoredVerdict extends GivenVerdict {
  readonly id: VerdictId
  readonly datasetId: DatasetId
  readonly content: TripletContent
  readonly journalId: number | null
}

export interface VerdictRepository {
  contentOf(reader: Reader, imageIds: readonly number[]): Promise<TripletContent | null>
  /** Replaces what was said of the same images before. */
  set(
    transaction: Transaction,
    datasetId: DatasetId,
    content: TripletContent,
    given: GivenVerdict,
  ): Promise<void>
  remove(transaction: Transaction, datasetId: DatasetId, content: TripletContent): Promise<void>
  /** Notes the step of the journal that gave it. */
  setJournal(
    transaction: Transaction,
    datasetId: DatasetId,
    content: TripletContent,
    journalId: number,
  ): Promise<void>
  find(id: VerdictId, reader?: Reader): Promise<StoredVerdict | undefined>
  /** Newest first, with the images that have the contents today. */
  list(datasetId: DatasetId, offset: number, limit: number): Promise<readonly JudgedTriplet[]>
  count(datasetId: DatasetId): Promise<number>
}

interface VerdictRow {
  readonly id: VerdictId
  readonly dataset_id: DatasetId
  readonly anchor_sha256: string
  readonly positive_sha256: string
  readonly negative_sha256: string
  readonly verdict: string
  readonly labels: string | null
  readonly given_at: number
  readonly journal_id: number | null
}

const ofContent =
  'dataset_id = ? AND anchor_sha256 = ? AND positive_sha256 = ? AND negative_sha256 = ?'
const keyOf = (datasetId: DatasetId, { anchor, positive, negative }: TripletContent) =>
  [datasetId, anchor, positive, negative] as const

const imageWith = (role: string) => `(SELECT id FROM image WHERE image.dataset_id =
  verdict.dataset_id AND sha256 = verdict.${role}_sha256 AND missing = 0 ORDER BY id LIMIT 1)`

export function createVerdictRepository(database: Database): VerdictRepository {
  return {
    async contentOf(reader, [anchor, positive, negative]) {
      const row = await reader.get<TripletContent>(
        `SELECT a.sha256 AS anchor, p.sha256 AS positive, n.sha256 AS negative
         FROM image a JOIN image p ON p.id = ? JOIN image n ON n.id = ? WHERE a.id = ?`,
        [positive ?? 0, negative ?? 0, anchor ?? 0],
      )
      return row ?? null
    },

    async set(transaction, datasetId, content, { verdict, givenAt, labels }) {
      await transaction.run(
        `INSERT INTO verdict (dataset_id, anchor_sha256, positive_sha256, negative_sha256,
           verdict, given_at, labels) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (dataset_id, anchor_sha256, positive_sha256, negative_sha256) DO UPDATE SET
           verdict = excluded.verdict, given_at = excluded.given_at, labels = excluded.labels,
           journal_id = NULL`,
        [
          ...keyOf(datasetId, content),
          JSON.stringify(verdict),
          givenAt,
          labels === null ? null : JSON.stringify(labels),
        ],
      )
    },

    async remove(transaction, datasetId, content) {
      await transaction.run(`DELETE FROM verdict WHERE ${ofContent}`, keyOf(datasetId, content))
    },

    async setJournal(transaction, datasetId, content, journalId) {
      await transaction.run(`UPDATE verdict SET journal_id = ? WHERE ${ofContent}`, [
        journalId,
        ...keyOf(datasetId, content),
      ])
    },

    async find(id, reader = database) {
      const row = await reader.get<VerdictRow>('SELECT * FROM verdict WHERE id = ?', [id])
      if (row === undefined) return undefined
      return {
        id: row.id,
        datasetId: row.dataset_id,
        content: {
          anchor: row.anchor_sha256,
          positive: row.positive_sha256,
          negative: row.negative_sha256,
        },
        verdict: JSON.parse(row.verdict) as Verdict,
        givenAt: row.given_at,
        labels: row.labels === null ? null : (JSON.parse(row.labels) as TripletLabelNames),
        journalId: row.journal_id,
      }
    },

    async list(datasetId, offset, limit) {
      const rows = await database.all<
        VerdictRow & {
          readonly anchor: ImageId | null
          readonly positive: ImageId | null
          readonly negative: ImageId | null
        }
      >(
        `SELECT verdict.*, ${imageWith('anchor')} AS anchor, ${imageWith('positive')} AS positive,
           ${imageWith('negative')} AS negative
         FROM verdict WHERE dataset_id = ? ORDER BY given_at DESC, id DESC LIMIT ? OFFSET ?`,
        [datasetId, limit, offset],
      )
      return rows.map((row) => ({
        id: row.id,
        datasetId: row.dataset_id,
        verdict: JSON.parse(row.verdict) as Verdict,
        givenAt: row.given_at,
        anchor: row.anchor,
        positive: row.positive,
        negative: row.negative,
        labels:
          row.labels === null ? [null, null, null] : (JSON.parse(row.labels) as TripletLabelNames),
      }))
    },

    async count(datasetId) {
      const row = await database.get<{ count: number }>(
        'SELECT count(*) AS count FROM verdict WHERE dataset_id = ?',
        [datasetId],
      )
      return row?.count ?? 0
    },
  }
}
