import { errnoOf } from '../../shared/errors'
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { summarizeRows } from '../../core/sweep/ranking'
import { datasetId, sweepId } from '../../shared/model/ids'
import { storedMetrics } from '../../shared/model/retrieval'
import {
  sweepRequest,
  type SweepRow,
  type SweepState,
  type SweepToday,
} from '../../shared/model/sweep'
import { type TrainingOptions, trainingWarnings } from '../../shared/model/training'
import { type Cell, defused, writeCsv } from '../exporting/csv'
import { sweepFile } from '../exporting/resultNames'
import { finiteJson } from '../files/finite'
import { readBounded } from '../files/regularFile'
import { measured, measuredBaselines } from './measuredSchema'
import { atomicWrite } from '../files/atomicWrite'

const sweepColumns = [
  'loss',
  'miner',
  'distance',
  'seed',
  'mapAtR',
  'mapAtRLow',
  'mapAtRHigh',
  'precisionAt1',
  'rPrecision',
  'seconds',
] as const

/**
 * sweep.csv: finished runs best first. Only where runs failed there is one more column, `error`,
 * and a row for each of them at the end, its numbers empty.
 * @param rows ranked
 */
function sweepTable(rows: readonly SweepRow[]): {
  readonly header: readonly string[]
  readonly lines: readonly (readonly Cell[])[]
} {
  const ended = rows.filter((row) => row.status === 'finished' || row.status === 'failed')
  const hasFailed = ended.some((row) => row.status === 'failed')
  const lines = ended.map((row): readonly Cell[] => {
    const { metrics, seconds } = row
    const numbers: readonly Cell[] =
      metrics === null
        ? ['', '', '', '', '', '']
        : [
            short(metrics.mapAtR),
            short(metrics.mapAtRLow),
            short(metrics.mapAtRHigh),
            short(metrics.precisionAt1),
            short(metrics.rPrecision),
            short(seconds),
          ]
    return [
      defused(row.loss.name),
      defused(row.miner?.name ?? 'none'),
      defused(row.distance),
      row.seed,
      ...numbers,
      ...(hasFailed ? [defused(row.error?.message ?? '')] : []),
    ]
  })
  return { header: hasFailed ? [...sweepColumns, 'error'] : sweepColumns, lines }
}

/** Seven significant digits: what a float32 holds; empty where there is no figure. */
const short = (value: number | null): Cell => (value === null ? '' : Number(value.toPrecision(7)))

export interface SweepRecord {
  readonly state: SweepState
  /** By the key of a row. */
  readonly options: ReadonlyMap<string, TrainingOptions>
  readonly version: string
}

/** Writes sweep.csv and sweep.json, each in one piece: a reader never sees half of one. */
export async function writeSweepFiles(folder: string, record: SweepRecord): Promise<void> {
  const { header, lines } = sweepTable(record.state.rows)
  await writeCsv(join(folder, sweepFile.csv), header, lines)
  await atomicWrite(
    join(folder, sweepFile.json),
    `${finiteJson(sweepFile.json, documentOf(record), 2)}\n`,
  )
}

function documentOf({ state, options, version }: SweepRecord) {
  const { id, datasetId: dataset, status, startedAt, error, backend } = state
  const { rows, plan, request, baselines, summary, stored, warnings = [], ...rest } = state
  const seed = request.training.seed ?? 1
  return {
    version,
    ...(id === null ? {} : { id, datasetId: dataset }),
    status,
    startedAt,
    error,
    notes: [
      `All runs share one split (${plan.split}, split seed ${seed}). The seed of a run varies its initialisation, batches and dropout.`,
      'Intervals are percentile bootstrap intervals (95 %, Efron 1979) over the queries of the test part; they do not cover the choice of seed or split.',
      'How long each run trains is chosen on labels held out of the training part. The test part decides the order of the rows, so the first row is a little optimistic.',
      'The closed form and the frozen features are the honest bars: a run below them lost by training.',
      'A standing is a difference of means over seeds with the interval of a paired bootstrap (95 %) that draws the same labels for both (images where fewer than five labels are tested); one whose interval includes 0 may be chance.',
    ],
    machine: {
      platform: platform(),
      arch: arch(),
      processor: cpus()[0]?.model ?? '',
      threads: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.versions.node,
    },
    backend,
    request,
    plan,
    ...(stored === undefined ? {} : { stored }),
    warnings,
    baselines,
    summary,
    rows: rows.map((row) => ({ ...row, options: options.get(row.key) })),
    progress: { stage: rest.stage, stageDone: rest.stageDone, stageTotal: rest.stageTotal },
  }
}

/** A hash: nothing that leads out of the folder. */
const fileName = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,64}$/))

const storedWarning = v.looseObject({
  kind: v.picklist(trainingWarnings),
  epoch: v.number(),
  counts: v.exactOptional(v.record(v.string(), v.number())),
})

/** As much as is needed to show it and to go on with it. */
const storedSweep = v.looseObject({
  id: sweepId,
  datasetId,
  startedAt: v.number(),
  status: v.picklist(['running', 'finished', 'cancelled', 'failed', 'interrupted']),
  request: sweepRequest,
  plan: v.looseObject({}),
  stored: v.exactOptional(v.object({ material: fileName, baselines: fileName })),
  rows: v.array(
    v.looseObject({
      key: v.string(),
      status: v.picklist(['waiting', 'running', 'finished', 'failed']),
      metrics: v.unknown(),
    }),
  ),
  baselines: v.fallback(v.nullable(measuredBaselines), null),
  warnings: v.fallback(v.array(storedWarning), []),
  progress: v.looseObject({}),
})

/** The sweep that a folder of the program holds; null where there is none that can be read. */
export async function readSweep(folder: string): Promise<SweepState | null> {
  let content: unknown
  try {
    content = JSON.parse(await readText(join(folder, sweepFile.json)))
  } catch {
    return null
  }
  const parsed = v.safeParse(storedSweep, content)
  if (!parsed.success) return null
  // Written by `documentOf` from a state; what matters to the program was checked.
  const { version: _, notes: __, machine: ___, progress, ...rest } = parsed.output
  const read = { ...rest, ...(progress as object), remainingMs: null } as unknown as SweepState
  const rows = read.rows.map((row): SweepRow => {
    const { options: _options, ...shown } = row as SweepRow & { options?: unknown }
    if (row.metrics === null) return shown
    const figures = v.safeParse(measured, row.metrics)
    return figures.success
      ? { ...shown, metrics: storedMetrics(row.metrics) }
      : // A run without figures that can be is one that is still to be made.
        { ...shown, status: 'waiting', metrics: null }
  })
  const isAsMeasured =
    v.is(storedSummary, read.summary) &&
    rows.every((row, i) => row.metrics === read.rows[i]!.metrics)
  return { ...read, rows, summary: isAsMeasured ? read.summary : summarizeRows(rows) }
}

const mean = v.object({
  mean: v.pipe(v.number(), v.minValue(-1e-9), v.maxValue(1 + 1e-9)),
  deviation: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
})
const figure = v.nullable(mean)
const storedSummary = v.array(
  v.looseObject({ mapAtR: figure, precisionAt1: figure, rPrecision: figure }),
)

/** Bytes: of a hundred thousand runs. */
const greatestFile = 2 ** 28

const readText = async (file: string): Promise<string> =>
  (await readBounded(file, greatestFile)).toString('utf8')

const storedToday = v.looseObject({
  key: v.string(),
  rows: v.record(v.string(), measured),
  baselines: measuredBaselines,
  standings: v.array(v.looseObject({ loss: v.looseObject({ name: v.string() }) })),
})

/** The figures on today's labels; null where they were never measured. */
export async function readToday(folder: string): Promise<SweepToday | null> {
  const text = await readText(join(folder, sweepFile.today)).catch(() => null)
  if (text === null) return null
  try {
    return v.parse(storedToday, JSON.parse(text)) as unknown as SweepToday
  } catch {
    return null
  }
}

/** Does nothing where the sweep was removed meanwhile. */
export async function saveToday(folder: string, today: SweepToday): Promise<void> {
  await atomicWrite(join(folder, sweepFile.today), finiteJson(sweepFile.today, today)).catch(
    (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error
    },
  )
}
