import { bootstrapInterval } from '../../core/evaluation/bootstrap'
import { pairedBootstrap, unitsOf } from '../../core/evaluation/pairedBootstrap'
import { evaluateRetrieval, type RetrievalReport } from '../../core/evaluation/retrieval'
import { createMatrix, gatherRows } from '../../core/math/matrix'
import { createRandom } from '../../core/math/random'
import { simdProduct } from '../../core/math/simdProduct'
import { type TodaysTest, todaysTest } from '../../core/evaluation/todaysTest'
import type { RunGain, TodaysResult } from '../../shared/model/comparison'
import { loadEmbeddings, type StoredEmbeddings } from '../runs/embeddingFiles'
import { hash } from './hash'
import { type ComparedRun, type ComparisonJob, type ComparisonMessage, runsOf } from './messages'

/** Distances that one measurement takes, at most: beyond it a sample of the images asks. */
export const mostDistances = 4e8

/** A run in memory; the rows of its test are in the order of their image ids. */
export interface OpenRun {
  readonly run: ComparedRun
  readonly stored: StoredEmbeddings
  readonly test: TodaysTest
  readonly key: string
  /** Of the whole test part, once it was measured. */
  report: RetrievalReport | null
}

/**
 * Measures each run on the labels of today, and against the run before it on the test images that
 * both have. Reads and computes what the keys say is not known; at most two runs are in memory.
 */
export async function compareRuns(
  job: ComparisonJob,
  post: (message: ComparisonMessage) => void,
  isCancelled: () => Promise<boolean>,
): Promise<void> {
  const labelOf = new Map(Array.from(job.imageIds, (id, i) => [id, job.labelIds[i]!]))
  const total = runsOf(job)
  /** The newest seen so far of each kind of split: the next of the kind is what came before it. */
  const later = new Map<string, OpenRun>()
  for (const [done, run] of job.runs.entries()) {
    post({ kind: 'progress', done, total })
    if (await isCancelled()) return
    let open: OpenRun
    try {
      open = await openRun(run, labelOf)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      post({ kind: 'unreadable', runId: run.runId, reason })
      continue
    }
    if (run.resultKey !== open.key) {
      post({ kind: 'result', key: open.key, result: resultOf(open) })
      if (await isCancelled()) return
    }
    const successor = later.get(run.split)
    if (successor !== undefined) {
      const key = hash(`${successor.key} ${run.runId} ${open.key}`)
      if (successor.run.gainKey !== key) {
        const gain = gainOf(open, successor)
        if (gain !== null) post({ kind: 'gain', key, gain })
      }
    }
    later.set(run.split, open)
  }
}

export async function openRun(
  run: ComparedRun,
  labelOf: ReadonlyMap<number, number>,
): Promise<OpenRun> {
  const stored = await loadEmbeddings(run.folder)
  const labelOfRow = (row: number): number => labelOf.get(stored.ids[row]!) ?? 0
  const { part, rows, testLabels } = todaysTest(stored.splits, labelOfRow, run.split)
  const ordered = rows.toSorted((a, b) => stored.ids[a]! - stored.ids[b]!)
  const labels = Int32Array.from(ordered, labelOfRow)
  const ids = Uint32Array.from(ordered, (row) => stored.ids[row]!)
  const key = hash(`${part} ${run.seed}`, ids, labels)
  return { run, stored, test: { part, rows: ordered, labels, testLabels }, key, report: null }
}

function measure({ stored }: OpenRun, rows: Uint32Array, labels: Int32Array): RetrievalReport {
  const all = createMatrix(stored.ids.length, stored.embeddingSize, stored.embeddings)
  const every = Math.ceil((rows.length * rows.length) / mostDistances)
  return evaluateRetrieval(gatherRows(all, rows), labels, {
    distance: 'cosine',
    product: simdProduct,
    ...(every <= 1 ? {} : { queries: [...rows.keys()].filter((place) => place % every === 0) }),
  })
}

const measureTest = (open: OpenRun): RetrievalReport =>
  (open.report ??= measure(open, open.test.rows, open.test.labels))

function resultOf(open: OpenRun): TodaysResult {
  const { run, test } = open
  const { precisionAt1, rPrecision, mapAtR, queries, perQuery } = measureTest(open)
  const random = createRandom(run.seed).fork('interval')
  const interval = bootstrapInterval(perQuery.mapAtR, { random })
  return {
    runId: run.runId,
    part: test.part,
    metrics: {
      precisionAt1,
      rPrecision,
      mapAtR,
      queries,
      mapAtRLow: interval?.low ?? null,
      mapAtRHigh: interval?.high ?? null,
    },
    testKey: hash(`${test.part} ${run.split} ${test.testLabels.join()}`),
    testLabels: test.testLabels.length,
    testImages: test.rows.length,
  }
}

/** Null where the two share nothing that could be measured. */
function gainOf(earlier: OpenRun, later: OpenRun): Omit<RunGain, 'corrections'> | null {
  const before = measureShared(earlier, later)
  const after = measureShared(later, earlier)
  if (before.mapAtR === null || after.mapAtR === null) return null
  const units = ({ perQuery }: RetrievalReport) => unitsOf(perQuery.label, perQuery.mapAtR)
  const random = createRandom(later.run.seed).fork('difference')
  const difference = pairedBootstrap(units(before), units(after), { random })
  if (difference === null) return null
  const tested = new Set(later.test.testLabels)
  const shared = earlier.test.testLabels.filter((label) => tested.has(label)).length
  return {
    runId: later.run.runId,
    earlierId: earlier.run.runId,
    earlier: before.mapAtR,
    later: after.mapAtR,
    difference,
    sharedLabels: shared,
    isSameTest:
      shared === earlier.test.testLabels.length && shared === later.test.testLabels.length,
  }
}

/** On the images that both test. */
export function measureShared(open: OpenRun, other: OpenRun): RetrievalReport {
  const { stored, test } = open
  const known = new Set(Array.from(other.test.rows, (row) => other.stored.ids[row]!))
  const places = [...test.rows.keys()].filter((place) => known.has(stored.ids[test.rows[place]!]!))
  if (places.length === test.rows.length) return measureTest(open)
  return measure(
    open,
    Uint32Array.from(places, (place) => test.rows[place]!),
    Int32Array.from(places, (place) => test.labels[place]!),
  )
}
