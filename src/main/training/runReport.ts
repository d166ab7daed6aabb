import { join } from 'node:path'
import { qualitySteps, votingNeighbours } from '../../core/evaluation/qualityReport'
import { createMatrix, gatherRows } from '../../core/math/matrix'
import { createRandom } from '../../core/math/random'
import { simdProduct } from '../../core/math/simdProduct'
import { walk } from '../../core/steps'
import { todaysTest } from '../../core/evaluation/todaysTest'
import { AppError } from '../../shared/errors'
import type { ImageId, LabelId } from '../../shared/model/ids'
import type { RunReport } from '../../shared/model/training'
import { loadEmbeddings } from '../runs/embeddingFiles'
import { loadPredictionReport } from '../runs/predictionFiles'
import type { ReportJob } from './messages'
import { thread } from './thread'

const shownConfusions = 200
const shownImages = 12

/**
 * How the saved embeddings of a run fare by label: on its test part, or on all labelled images
 * where it had none.
 * @throws AppError embeddingsDamaged, or notFound where the run saved no embeddings
 */
export async function reportRun(
  job: ReportJob,
  onProgress: (share: number) => void,
): Promise<RunReport> {
  const stored = await loadEmbeddings(job.runFolder).catch((error: unknown) => {
    if (error instanceof AppError) throw error
    throw new AppError(
      'notFound',
      'This run has no embeddings to report on. Train again.',
      { runId: job.runId },
      error,
    )
  })
  const labelOf = new Map(Array.from(job.imageIds, (id, i) => [id, job.labelIds[i]!]))
  const { part, rows, labels } = todaysTest(
    stored.splits,
    (row) => labelOf.get(stored.ids[row]!) ?? 0,
    job.split,
  )
  const all = createMatrix(stored.ids.length, stored.embeddingSize, stored.embeddings)
  const measuring = qualitySteps(gatherRows(all, rows), labels, {
    random: createRandom(job.seed).fork('interval'),
    product: simdProduct,
  })
  const report = await walk(measuring, { ...thread, onProgress })
  const { precisionAt1, rPrecision, mapAtR, queries, queriesInAll, accuracy } = report
  const imageOf = (place: number) => stored.ids[rows[place]!]! as ImageId
  return {
    runId: job.runId,
    part,
    metrics: {
      precisionAt1,
      rPrecision,
      mapAtR: mapAtR?.mean ?? null,
      queries,
      ...(queriesInAll > queries ? { queriesInAll } : {}),
      mapAtRLow: mapAtR?.low ?? null,
      mapAtRHigh: mapAtR?.high ?? null,
    },
    neighbours: votingNeighbours,
    accuracy,
    labels: report.classes.map(({ label, confusedWith, ...quality }) => ({
      ...quality,
      labelId: label as LabelId,
      confusedWith:
        confusedWith === null
          ? null
          : { labelId: confusedWith.label as LabelId, count: confusedWith.count },
    })),
    confusions: report.confusions.slice(0, shownConfusions).map(({ label, predicted, places }) => ({
      labelId: label as LabelId,
      predictedId: predicted as LabelId,
      count: places.length,
      imageIds: places.slice(0, shownImages).map(imageOf),
    })),
    // One that is damaged takes no other figure with it; who predicts with it hears what is wrong.
    prediction: await loadPredictionReport(join(job.runFolder, 'model')).catch(() => null),
  }
}
