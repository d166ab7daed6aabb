import type { LabelId, QueueId, RunId, TripletId } from '../../../shared/model/ids'
import type { ReviewTier } from '../../../shared/model/triplets'
import type { Database, Transaction } from '../connection'

interface StoredQueue {
  readonly id: QueueId
  readonly cursor: number
}

export interface QueueItem {
  readonly tripletId: TripletId
  /** When the queue was opened. */
  readonly anchorLabelId: LabelId
  readonly negativeLabelId: LabelId
}

/** Sets of triplets that a person goes through; an open one never changes. */
export interface ReviewRepository {
  open(runId: RunId, tier: ReviewTier): Promise<StoredQueue | undefined>
  /** Opens one in place of that of the run and tier, which is forgotten; its verdicts stay. */
  create(runId: RunId, tier: ReviewTier, items: readonly QueueItem[], at: number): Promise<QueueId>
  /** In the order they are asked. */
  items(id: QueueId): Promise<readonly QueueItem[]>
  setCursor(id: QueueId, place: number): Promise<void>
  /** Puts every queue that asks the triplet back to it. */
  returnTo(transaction: Transaction, tripletId: TripletId): Promise<void>
}

export function createReviewRepository(database: Database): ReviewRepository {
  return {
    open(runId, tier) {
      return database.get<StoredQueue>(
        `SELECT id, cursor FROM review_queue WHERE run_id = ? AND tier = ?
         ORDER BY id DESC LIMIT 1`,
        [runId, tier],
      )
    },

    create(runId, tier, items, at) {
      return database.transaction(async (transaction) => {
        await transaction.run('DELETE FROM review_queue WHERE run_id = ? AND tier = ?', [
          runId,
          tier,
        ])
        const { lastId } = await transaction.run(
          'INSERT INTO review_queue (run_id, tier, opened_at) VALUES (?, ?, ?)',
          [runId, tier, at],
        )
        const rows = items.map((item) => [item.tripletId, item.anchorLabelId, item.negativeLabelId])
        // A triplet that was forgotten since it was read has no place.
        await transaction.run(
          `INSERT INTO review_item (queue_id, position, triplet_id, anchor_label, negative_label)
           SELECT ?1, row_number() OVER (ORDER BY key) - 1, json_extract(value, '$[0]'),
             json_extract(value, '$[1]'), json_extract(value, '$[2]')
           FROM json_each(?2)
           WHERE EXISTS (SELECT 1 FROM triplet WHERE id = json_extract(value, '$[0]'))`,
          [lastId, JSON.stringify(rows)],
        )
        return lastId as QueueId
      })
    },

    items(id) {
      return database.all<QueueItem>(
        `SELECT triplet_id AS tripletId, anchor_label AS anchorLabelId,
           negative_label AS negativeLabelId
         FROM review_item WHERE queue_id = ? ORDER BY position`,
        [id],
      )
    },

    async setCursor(id, place) {
      await database.run('UPDATE review_queue SET cursor = ? WHERE id = ?', [place, id])
    },

    async returnTo(transaction, tripletId) {
      await transaction.run(
        `UPDATE review_queue SET cursor = (SELECT position FROM review_item
           WHERE queue_id = review_queue.id AND triplet_id = ?1)
         WHERE id IN (SELECT queue_id FROM review_item WHERE triplet_id = ?1)`,
        [tripletId],
      )
    },
  }
}
