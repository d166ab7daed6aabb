import type { Duplicates } from '../../../shared/model/duplicates'
import type { DatasetId, ImageId } from '../../../shared/model/ids'
import type { Database } from '../connection'

export interface DuplicateRepository {
  find(datasetId: DatasetId): Promise<Duplicates>
}

const mostGroups = 500
/** Of one group: some sets hold the same placeholder thousands of times. */
const mostImages = 100

const groups = `SELECT count(*) AS images, count(DISTINCT label_id) > 1 AS across,
    min(relative_path) AS path, sha256
  FROM image WHERE dataset_id = ?1 AND missing = 0 AND excluded = 0
  GROUP BY sha256 HAVING count(*) > 1`

export function createDuplicateRepository(database: Database): DuplicateRepository {
  return {
    async find(datasetId) {
      const [totals, rows] = await Promise.all([
        database.get<{ groupTotal: number; acrossLabelsTotal: number; copyTotal: number }>(
          `SELECT count(*) AS groupTotal, coalesce(sum(across), 0) AS acrossLabelsTotal,
             coalesce(sum(images - 1), 0) AS copyTotal FROM (${groups})`,
          [datasetId],
        ),
        database.all<{ across: number; ids: string }>(
          `SELECT listed.across, (
             SELECT group_concat(id, ',') FROM (
               SELECT id FROM image WHERE dataset_id = ?1 AND sha256 = listed.sha256
                 AND missing = 0 AND excluded = 0 ORDER BY relative_path LIMIT ${mostImages}
             )) AS ids
           FROM (${groups} ORDER BY across DESC, images DESC, path LIMIT ${mostGroups}) AS listed`,
          [datasetId],
        ),
      ])
      return {
        groups: rows.map(({ across, ids }) => ({
          imageIds: ids.split(',').map((id) => Number(id) as ImageId),
          isAcrossLabels: across === 1,
        })),
        groupTotal: totals?.groupTotal ?? 0,
        acrossLabelsTotal: totals?.acrossLabelsTotal ?? 0,
        copyTotal: totals?.copyTotal ?? 0,
      }
    },
  }
}
