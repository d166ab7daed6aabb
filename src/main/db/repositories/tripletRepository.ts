import type { ImageId, LabelId, RunId, TripletId } from '../../../shared/model/ids'
import type { ReviewTriplet, Verdict } from '../../../shared/model/triplets'
import type { Database, Reader, Transaction } from '../connection'

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

export interface TripletPage {
  readonly triplets: readonly ReviewTriplet[]
  readonly total: number
  readonly reviewed: number
  /** Reviewed ones whose verdict was not 'fine'. */
  readonly corrections: number
}

export interface TripletRepository {
  /**
   * Adds triplets or replaces the numbers of those known by (anchor, positive, negative); their
   * verdicts stay. Triplets of images that are gone are left out.
   */
  save(runId: RunId, triplets: readonly MinedTriplet[]): Promise<void>
  /** Unreviewed ones no longer in `keep` are removed, so that a ledger that dropped them agrees. */
  replace(runId: RunId, triplets: readonly MinedTriplet[]): Promise<void>
  /**
   * Worst first: unreviewed before reviewed, then by the violation d(a,p) - d(a,n) in the saved
   * embedding, then by loss x times mined. Unreviewed triplets that a correction has settled
   * (excluded or missing images, labels that make it no triplet any more) are not listed.
   */
  page(runId: RunId, offset: number, limit: number): Promise<TripletPage>
  find(id: TripletId, reader?: Reader): Promise<ReviewTriplet | undefined>
  setVerdict(transaction: Transaction, id: TripletId, verdict: Verdict | null): Promise<void>
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
}

const joined = `FROM triplet
  JOIN image a ON a.id = triplet.anchor
  JOIN image p ON p.id = triplet.positive
  JOIN image n ON n.id = triplet.negative`

const selected = `SELECT triplet.*, a.label_id AS anchor_label, p.label_id AS positive_label,
  n.label_id AS negative_label ${joined}`

const listed = `triplet.run_id = ? AND (triplet.verdict IS NOT NULL OR (
  a.label_id = p.label_id AND a.label_id IS NOT n.label_id AND n.label_id IS NOT NULL
  AND a.excluded + p.excluded + n.excluded + a.missing + p.missing + n.missing = 0))`

const worstFirst = `ORDER BY triplet.verdict IS NOT NULL,
  triplet.positive_distance IS NULL,
  triplet.positive_distance - triplet.negative_distance DESC,
  triplet.mined_loss * triplet.times_mined DESC, triplet.id`

export function createTripletRepository(database: Database): TripletRepository {
  return {
    async save(runId, triplets) {
      await database.transaction((transaction) => saveTriplets(transaction, runId, triplets))
    },

    async replace(runId, triplets) {
      await database.transaction(async (transaction) => {
        await transaction.run('DELETE FROM triplet WHERE run_id = ? AND verdict IS NULL', [runId])
        await saveTriplets(transaction, runId, triplets)
      })
    },

    async page(runId, offset, limit) {
      const rows = await database.all<TripletRow>(
        `${selected} WHERE ${listed} ${worstFirst} LIMIT ? OFFSET ?`,
        [runId, limit, offset],
      )
      const counts = await database.get<Omit<TripletPage, 'triplets'>>(
        `SELECT count(*) AS total, count(triplet.verdict) AS reviewed,
           coalesce(sum(json_extract(triplet.verdict, '$.kind') <> 'fine'), 0) AS corrections
         ${joined} WHERE ${listed}`,
        [runId],
      )
      return {
        triplets: rows.map(reviewTripletOf),
        total: counts?.total ?? 0,
        reviewed: counts?.reviewed ?? 0,
        corrections: counts?.corrections ?? 0,
      }
    },

    async find(id, reader = database) {
      const row = await reader.get<TripletRow>(`${selected} WHERE triplet.id = ?`, [id])
      return row === undefined ? undefined : reviewTripletOf(row)
    },

    async setVerdict(transaction, id, verdict) {
      await transaction.run('UPDATE triplet SET verdict = ? WHERE id = ?', [
        verdict === null ? null : JSON.stringify(verdict),
        id,
      ])
    },

    async all(runId) {
      const rows = await database.all<TripletRow>(
        `${selected} WHERE triplet.run_id = ? ORDER BY triplet.mined_loss DESC, triplet.id`,
        [runId],
      )
      return rows.map(reviewTripletOf)
    },
  }
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
  }
}
