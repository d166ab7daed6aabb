import type {
  DatasetId,
  ImageId,
  LabelId,
  QueueId,
  RunId,
  TripletId,
} from '../../../shared/model/ids'
import type { ReviewTriplet, Verdict } from '../../../shared/model/triplets'
import type { Database, Reader, SqlValue, Transaction } from '../connection'
import type { TripletContent } from './verdictRepository'

/** A mined triplet as training hands it over; distances in the run's distance. */
export interface MinedTriplet {
  readonly anchor: number
  readonly positive: number
  readonly negative: number
  /** When it was mined with its greatest loss. */
  readonly epoch: number
  readonly step: number
  readonly timesMined: number
  readonly minedPositiveDistance: number
  readonly minedNegativeDistance: number
  readonly minedLoss: number
  /** In the saved embedding; null or absent while it trains. */
  readonly positiveDistance?: number | null
  readonly negativeDistance?: number | null
}

/** What a review is made of: a triplet that nobody has judged, with what orders and groups it. */
export interface ReviewCandidate {
  readonly id: TripletId
  readonly anchor: ImageId
  readonly negative: ImageId
  readonly anchorLabelId: LabelId
  readonly negativeLabelId: LabelId
  /** In the saved embedding; as mined while there is none. */
  readonly positiveDistance: number
  readonly negativeDistance: number
}

interface ReviewCandidates {
  /** Greatest d_ap - d_an first, then by loss x times mined. */
  readonly open: readonly ReviewCandidate[]
  /** Left out for a verdict: on the three images, or that anchor and negative are rightly two things. */
  readonly judged: number
}

interface MiningExtent {
  readonly anchors: number
  readonly images: number
}

export interface TripletRepository {
  /**
   * Adds triplets or replaces the numbers of those known by (anchor, positive, negative), which
   * keep their ids. Triplets of images that are gone are left out.
   */
  save(runId: RunId, triplets: readonly MinedTriplet[]): Promise<void>
  /** The same, and forgets those of the run that are gone, except what a review asks. */
  replace(
    runId: RunId,
    triplets: readonly MinedTriplet[],
    mining?: MiningExtent | null,
  ): Promise<void>
  /** Without those that a correction has settled. */
  candidates(runId: RunId): Promise<ReviewCandidates>
  mining(runId: RunId): Promise<MiningExtent | null>
  /** The hardest ones that nobody has judged. */
  hardest(runId: RunId, limit: number): Promise<readonly ReviewTriplet[]>
  find(id: TripletId, reader?: Reader): Promise<ReviewTriplet | undefined>
  /** In the order of a queue. */
  ofQueue(queueId: QueueId): Promise<readonly ReviewTriplet[]>
  /** The newest one with these contents, in whatever run of the dataset. */
  withContent(
    transaction: Transaction,
    datasetId: DatasetId,
    content: TripletContent,
  ): Promise<ReviewTriplet | undefined>
  /** All of a run as they were mined, worst first, for triplets.csv. */
  all(runId: RunId): Promise<readonly ReviewTriplet[]>
}

interface TripletRow {
  readonly id: TripletId
  readonly run_id: RunId
  readonly anchor: ImageId
  readonly positive: ImageId
  readonly negative: ImageId
  readonly anchor_label: LabelId | null
  readonly positive_label: LabelId | null
  readonly negative_label: LabelId | null
  readonly epoch: number
  readonly step: number
  readonly times_mined: number
  readonly mined_positive_distance: number
  readonly mined_negative_distance: number
  readonly mined_loss: number
  readonly positive_distance: number | null
  readonly negative_distance: number | null
  readonly verdict: string | null
  readonly is_settled: number
}

const joined = `FROM triplet
  JOIN image a ON a.id = triplet.anchor
  JOIN image p ON p.id = triplet.positive
  JOIN image n ON n.id = triplet.negative
  LEFT JOIN verdict ON verdict.dataset_id = a.dataset_id AND verdict.anchor_sha256 = a.sha256
    AND verdict.positive_sha256 = p.sha256 AND verdict.negative_sha256 = n.sha256`

/** Still a triplet: two of one label, one of another, all of them there. */
const isAsked = `(a.label_id = p.label_id AND a.label_id IS NOT n.label_id
  AND n.label_id IS NOT NULL
  AND a.excluded + p.excluded + n.excluded + a.missing + p.missing + n.missing = 0)`

/**
 * A verdict on the three images; or the anchor and the negative were found to be rightly two
 * things beside another positive, and would be asked the same once more.
 */
const isJudged = `(verdict.id IS NOT NULL OR EXISTS (SELECT 1 FROM verdict fine
  WHERE fine.dataset_id = a.dataset_id AND fine.verdict = '{"kind":"fine"}' AND (
    (fine.anchor_sha256 = a.sha256 AND fine.negative_sha256 = n.sha256)
    OR (fine.anchor_sha256 = n.sha256 AND fine.negative_sha256 = a.sha256))))`

const selected = `SELECT triplet.*, a.label_id AS anchor_label, p.label_id AS positive_label,
  n.label_id AS negative_label, verdict.verdict, NOT ${isAsked} AS is_settled ${joined}`

const positiveDistance = 'coalesce(triplet.positive_distance, triplet.mined_positive_distance)'
const negativeDistance = 'coalesce(triplet.negative_distance, triplet.mined_negative_distance)'

/** Among equals: ids of triplets tell when they were first shown, which another run does otherwise. */
const byImages = 'triplet.anchor, triplet.positive, triplet.negative'

const hardestFirst = `ORDER BY ${positiveDistance} - ${negativeDistance} DESC,
  triplet.mined_loss * triplet.times_mined DESC, ${byImages}`

export function createTripletRepository(database: Database): TripletRepository {
  const find = async (
    sql: string,
    values: readonly SqlValue[],
    reader: Reader = database,
  ): Promise<ReviewTriplet | undefined> => {
    const row = await reader.get<TripletRow>(sql, values)
    return row === undefined ? undefined : reviewTripletOf(row)
  }

  return {
    async save(runId, triplets) {
      await database.transaction((transaction) => saveTriplets(transaction, runId, triplets))
    },

    async replace(runId, triplets, mining = null) {
      await database.transaction(async (transaction) => {
        await forgetOthers(transaction, runId, triplets)
        await saveTriplets(transaction, runId, triplets)
        if (mining === null) return
        await transaction.run(
          'INSERT OR REPLACE INTO triplet_mining (run_id, anchors, images) VALUES (?, ?, ?)',
          [runId, mining.anchors, mining.images],
        )
      })
    },

    async candidates(runId) {
      const rows = await database.all<ReviewCandidate & { readonly judged: number }>(
        `SELECT triplet.id, triplet.anchor, triplet.negative, a.label_id AS anchorLabelId,
           n.label_id AS negativeLabelId, ${positiveDistance} AS positiveDistance,
           ${negativeDistance} AS negativeDistance, ${isJudged} AS judged
         ${joined} WHERE triplet.run_id = ? AND ${isAsked} ${hardestFirst}`,
        [runId],
      )
      const open = rows.filter(({ judged }) => judged === 0)
      return {
        open: open.map(({ judged: _, ...candidate }) => candidate),
        judged: rows.length - open.length,
      }
    },

    async mining(runId) {
      const row = await database.get<MiningExtent>(
        'SELECT anchors, images FROM triplet_mining WHERE run_id = ?',
        [runId],
      )
      return row ?? null
    },

    async hardest(runId, limit) {
      const rows = await database.all<TripletRow>(
        `${selected} WHERE triplet.run_id = ? AND ${isAsked} AND NOT ${isJudged}
         ${hardestFirst} LIMIT ?`,
        [runId, limit],
      )
      return rows.map(reviewTripletOf)
    },

    find(id, reader) {
      return find(`${selected} WHERE triplet.id = ?`, [id], reader)
    },

    async ofQueue(queueId) {
      const rows = await database.all<TripletRow>(
        `${selected} JOIN review_item ON review_item.triplet_id = triplet.id
         WHERE review_item.queue_id = ? ORDER BY review_item.position`,
        [queueId],
      )
      return rows.map(reviewTripletOf)
    },

    withContent(transaction, datasetId, { anchor, positive, negative }) {
      return find(
        `${selected} WHERE a.dataset_id = ? AND a.sha256 = ? AND p.sha256 = ? AND n.sha256 = ?
         ORDER BY triplet.id DESC LIMIT 1`,
        [datasetId, anchor, positive, negative],
        transaction,
      )
    },

    async all(runId) {
      const rows = await database.all<TripletRow>(
        `${selected} WHERE triplet.run_id = ? ORDER BY triplet.mined_loss DESC,
           triplet.mined_positive_distance - triplet.mined_negative_distance DESC, ${byImages}`,
        [runId],
      )
      return rows.map(reviewTripletOf)
    },
  }
}

/** What is in an open review stays: its set does not change under the hand. */
async function forgetOthers(
  transaction: Transaction,
  runId: RunId,
  triplets: readonly MinedTriplet[],
): Promise<void> {
  const keys = triplets.map(({ anchor, positive, negative }) => [anchor, positive, negative])
  await transaction.run(
    `DELETE FROM triplet WHERE run_id = ?1
       AND (anchor, positive, negative) NOT IN (
         SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
           json_extract(value, '$[2]') FROM json_each(?2))
       AND id NOT IN (SELECT triplet_id FROM review_item)`,
    [runId, JSON.stringify(keys)],
  )
}

async function saveTriplets(
  transaction: Transaction,
  runId: RunId,
  triplets: readonly MinedTriplet[],
): Promise<void> {
  const rows = triplets.map((triplet) => [
    triplet.anchor,
    triplet.positive,
    triplet.negative,
    triplet.epoch,
    triplet.step,
    triplet.timesMined,
    triplet.minedPositiveDistance,
    triplet.minedNegativeDistance,
    triplet.minedLoss,
    triplet.positiveDistance ?? null,
    triplet.negativeDistance ?? null,
  ])
  const column = (index: number) => `json_extract(value, '$[${index}]')`
  await transaction.run(
    `INSERT INTO triplet (run_id, anchor, positive, negative, epoch, step, times_mined,
       mined_positive_distance, mined_negative_distance, mined_loss,
       positive_distance, negative_distance)
     SELECT ?1, ${Array.from({ length: 11 }, (_, index) => column(index)).join(', ')}
     FROM json_each(?2)
     WHERE EXISTS (SELECT 1 FROM image WHERE id = ${column(0)})
       AND EXISTS (SELECT 1 FROM image WHERE id = ${column(1)})
       AND EXISTS (SELECT 1 FROM image WHERE id = ${column(2)})
     ON CONFLICT (run_id, anchor, positive, negative) DO UPDATE SET
       epoch = excluded.epoch, step = excluded.step, times_mined = excluded.times_mined,
       mined_positive_distance = excluded.mined_positive_distance,
       mined_negative_distance = excluded.mined_negative_distance,
       mined_loss = excluded.mined_loss,
       positive_distance = excluded.positive_distance,
       negative_distance = excluded.negative_distance`,
    [runId, JSON.stringify(rows)],
  )
}

function reviewTripletOf(row: TripletRow): ReviewTriplet {
  return {
    id: row.id,
    runId: row.run_id,
    anchor: row.anchor,
    positive: row.positive,
    negative: row.negative,
    anchorLabelId: row.anchor_label,
    positiveLabelId: row.positive_label,
    negativeLabelId: row.negative_label,
    epoch: row.epoch,
    step: row.step,
    timesMined: row.times_mined,
    minedPositiveDistance: row.mined_positive_distance,
    minedNegativeDistance: row.mined_negative_distance,
    minedLoss: row.mined_loss,
    positiveDistance: row.positive_distance,
    negativeDistance: row.negative_distance,
    verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict),
    isSettled: row.is_settled === 1,
  }
}
