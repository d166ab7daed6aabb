import { unitsOf } from '../../core/evaluation/pairedBootstrap'
import { type BaselineName, baselineNames } from '../../core/recipes/measureBaselines'
import { bootstrapInterval } from '../../core/evaluation/bootstrap'
import { evaluateRetrieval } from '../../core/evaluation/retrieval'
import { gatherRows, type Matrix } from '../../core/math/matrix'
import { createRandom } from '../../core/math/random'
import { simdProduct } from '../../core/math/simdProduct'
import { type ScoredRow, standingsOf } from '../../core/sweep/standings'
import { todaysTest } from '../../core/evaluation/todaysTest'
import type { MeasuredRetrieval } from '../../shared/model/sweep'
import {
  baselineKey,
  embeddingBytes,
  loadSweepImages,
  loadTested,
  loadTestEmbeddings,
} from '../runs/sweepEmbeddings'
import { hash } from './hash'
import { type ComparedSweep, type ComparisonJob, type ComparisonMessage, runsOf } from './messages'

/**
 * Measures the runs of each sweep on the labels of today, and how they stand to the best of them
 * and to the closed form. Reads and computes what the keys say is not known; one run is in memory.
 */
export async function compareSweeps(
  job: ComparisonJob,
  post: (message: ComparisonMessage) => void,
  isCancelled: () => Promise<boolean>,
): Promise<void> {
  const labelOf = new Map(Array.from(job.imageIds, (id, i) => [id, job.labelIds[i]!]))
  const total = runsOf(job)
  let before = job.runs.length
  for (const sweep of job.sweeps) {
    const done = before
    try {
      await compareSweep(sweep, labelOf, post, async (row) => {
        post({ kind: 'progress', done: done + row, total })
        return isCancelled()
      })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      post({ kind: 'sweepUnreadable', sweepId: sweep.sweepId, reason })
    }
    before += sweep.rows.length
    if (await isCancelled()) return
  }
}

interface OpenTest {
  readonly labels: Int32Array
  /** Places of the tested rows among those that are embedded. */
  readonly places: Uint32Array
}

async function compareSweep(
  sweep: ComparedSweep,
  labelOf: ReadonlyMap<number, number>,
  post: (message: ComparisonMessage) => void,
  isCancelledAt: (row: number) => Promise<boolean>,
): Promise<void> {
  const { folder, split, seed, rows, baselinesKey, sweepId } = sweep
  const { ids, labelIds, splits } = await loadSweepImages(folder)
  const tested = await loadTested(folder)
  const placeOf = new Map(Array.from(tested, (row, place) => [row, place]))
  const testOf = (labelOfRow: (row: number) => number) => {
    const { rows: all } = todaysTest(splits, labelOfRow, split)
    const known = all.filter((row) => placeOf.has(row))
    const labels = Int32Array.from(known, labelOfRow)
    return { rows: known, labels, testLabels: [...new Set(labels)].sort((a, b) => a - b) }
  }
  const labelNow = (row: number): number => labelOf.get(ids[row]!) ?? 0
  const then = testOf((row) => labelIds[row]!)
  const now = testOf(labelNow)
  const open: OpenTest = {
    labels: now.labels,
    places: now.rows.map((row) => placeOf.get(row)!),
  }
  const bytes = await embeddingBytes(folder)
  const key = hash(`${seed} ${bytes} ${rows.map((row) => row.key).join()}`, now.rows, now.labels)
  if (key === sweep.todayKey) return

  let isDamageSaid = false
  /** What is damaged is left out and said, once for a sweep. */
  const load = (name: string) =>
    loadTestEmbeddings(folder, name, tested.length).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      if (!isDamageSaid) post({ kind: 'sweepUnreadable', sweepId, reason })
      isDamageSaid = true
      return null
    })
  const measured: Record<string, MeasuredRetrieval> = {}
  const scored: ScoredRow[] = []
  for (const [at, { key: rowKey, ...row }] of rows.entries()) {
    if (await isCancelledAt(at)) return
    const embeddings = await load(rowKey)
    if (embeddings === null) continue
    const { metrics, units } = measure(embeddings, open, seed)
    measured[rowKey] = metrics
    if (metrics.mapAtR !== null) scored.push({ ...row, mapAtR: metrics.mapAtR, units })
  }
  const bars = new Map<BaselineName, ReturnType<typeof measure>>()
  for (const name of baselineNames) {
    if (await isCancelledAt(rows.length)) return
    const embeddings = await load(baselineKey(baselinesKey, name))
    if (embeddings !== null) bars.set(name, measure(embeddings, open, seed))
  }
  const metricsOf = (name: BaselineName) => bars.get(name)?.metrics ?? null
  const bar = bars.get('closedForm') ?? bars.get('untrained')
  post({
    kind: 'sweep',
    sweepId,
    today: {
      key,
      isSameTest: then.testLabels.join() === now.testLabels.join(),
      testLabelsThen: then.testLabels.length,
      testLabels: now.testLabels.length,
      testImages: now.rows.length,
      changedImages: tested.filter((row) => labelNow(row) !== labelIds[row]).length,
      bytes,
      rows: measured,
      baselines: {
        frozen: metricsOf('frozen'),
        closedForm: metricsOf('closedForm'),
        untrained: metricsOf('untrained'),
      },
      standings: standingsOf(scored, bar?.units ?? null, createRandom(seed).fork('difference')),
    },
  })
}

/** As the sweep measured it, with the same draws: on the same labels the figures are the same. */
function measure(embeddings: Matrix, { labels, places }: OpenTest, seed: number) {
  const random = createRandom(seed).fork('interval')
  const report = evaluateRetrieval(gatherRows(embeddings, places), labels, {
    distance: 'cosine',
    product: simdProduct,
    random,
  })
  const { precisionAt1, rPrecision, mapAtR, queries, queriesInAll, perQuery } = report
  const interval = bootstrapInterval(perQuery.mapAtR, { random })
  const metrics: MeasuredRetrieval = {
    precisionAt1,
    rPrecision,
    mapAtR,
    queries,
    ...(queriesInAll > queries ? { queriesInAll } : {}),
    mapAtRLow: interval?.low ?? null,
    mapAtRHigh: interval?.high ?? null,
  }
  return { metrics, units: unitsOf(perQuery.label, perQuery.mapAtR) }
}
