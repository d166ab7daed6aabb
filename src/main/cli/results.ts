import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { walk } from '../../core/steps'
import type { ImportReport } from '../../shared/model/dataset'
import type { KeptModel } from '../../shared/model/kept'
import type { DatasetId, RunId } from '../../shared/model/ids'
import type { NetworkSearch } from '../../shared/model/networkSearch'
import type { PredictionReport } from '../../shared/model/prediction'
import type { ProjectionPoints } from '../../shared/model/projection'
import {
  type EpochRecord,
  type RateSearch,
  type RetrievalMetrics,
  type RunReport,
  type TrainingState,
  voteShare,
} from '../../shared/model/training'
import type { Store } from '../db/store'
import { defused, writeCsv } from '../exporting/csv'
import { exportEmbeddings } from '../exporting/embeddingExport'
import { atomicWrite } from '../files/atomicWrite'
import { finiteJson } from '../files/finite'
import { replaceFolder } from '../files/replaceFolder'
import { compactPrediction } from '../runs/compactPrediction'
import { loadModel } from '../runs/modelFiles'
import { loadPrediction, loadPredictionReport, writePrediction } from '../runs/predictionFiles'
import type { TrainingResult } from '../training/messages'
import { runFolder, type Workspace } from '../workspace'
import { drawMap } from '../reporting/mapPicture'
import type { UnseenFile } from './unseenLabels'

export interface ResultContext {
  readonly store: Store
  readonly workspace: Workspace
  readonly datasetId: DatasetId
  /** The folder that the results go into. */
  readonly out: string
}

/** Path and label of each image of a dataset. */
interface ImageNames {
  readonly path: ReadonlyMap<number, string>
  readonly label: ReadonlyMap<number, string>
}

async function readNames({ store, datasetId }: ResultContext): Promise<ImageNames> {
  const rows = await store.images.trainingRows(datasetId)
  const names = await store.labels.names(datasetId)
  const path = new Map<number, string>()
  const label = new Map<number, string>()
  rows.ids.forEach((id, i) => {
    path.set(id, rows.relativePaths[i]!)
    label.set(id, names.get(rows.labelIds[i]!) ?? '')
  })
  return { path, label }
}

export async function writeImportReport(out: string, report: ImportReport): Promise<void> {
  const { datasetId: _, ...shown } = report
  await writeJson(join(out, 'import-report.json'), shown)
}

/**
 * embeddings.csv and triplets.csv and the model of a run.
 * @param isCompact whether the model carries the means of labels instead of their images
 */
export async function writeRunResults(
  context: ResultContext,
  runId: RunId,
  isCompact: boolean,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const { store, workspace, out } = context
  await exportEmbeddings({ store, workspace, runId, file: join(out, 'embeddings.csv'), onProgress })
  const names = await readNames(context)
  const path = (id: number) => defused(names.path.get(id) ?? '')
  const triplets = await store.triplets.all(runId)
  await writeCsv(
    join(out, 'triplets.csv'),
    ['epoch', 'step', 'anchor', 'positive', 'negative', 'd_ap', 'd_an', 'loss'],
    triplets.map((triplet) => [
      triplet.epoch,
      triplet.step,
      path(triplet.anchor),
      path(triplet.positive),
      path(triplet.negative),
      short(triplet.minedPositiveDistance),
      short(triplet.minedNegativeDistance),
      short(triplet.minedLoss),
    ]),
  )
  const model = join(out, 'model')
  await rm(`${model}.new`, { recursive: true, force: true })
  await cp(join(runFolder(workspace, runId), 'model'), `${model}.new`, { recursive: true })
  if (isCompact) await makeCompact(`${model}.new`)
  await replaceFolder(`${model}.new`, model)
}

async function makeCompact(model: string): Promise<void> {
  // What it was embedded with says how long its rows are.
  const { model: saved } = await loadModel(model)
  if ((await loadPredictionReport(model)) === null) return
  const stored = await loadPrediction(model, saved.embeddingSize)
  const compact = await walk(compactPrediction(stored), {
    now: () => performance.now(),
    breathe: () => breathe(),
  })
  await writePrediction(model, compact)
}

/** perClass.csv, worst label first, and confusion.csv, most frequent pair first. */
export async function writeReport(context: ResultContext, report: RunReport): Promise<void> {
  const names = await context.store.labels.names(context.datasetId)
  const name = (id: number | undefined) => (id === undefined ? '' : defused(names.get(id) ?? ''))
  await writeCsv(
    join(context.out, 'perClass.csv'),
    [
      ...['label', 'images', 'mapAtR', 'precisionAt1', 'rPrecision', 'voteAccuracy'],
      ...['confusedWith', 'confusedCount'],
    ],
    report.labels.map((quality) => [
      name(quality.labelId),
      quality.images,
      short(quality.mapAtR),
      short(quality.precisionAt1),
      short(quality.rPrecision),
      short(voteShare(quality)),
      name(quality.confusedWith?.labelId),
      quality.confusedWith?.count ?? 0,
    ]),
  )
  await writeCsv(
    join(context.out, 'confusion.csv'),
    ['label', 'predicted', 'count'],
    report.confusions.map(({ labelId, predictedId, count }) => [
      name(labelId),
      name(predictedId),
      count,
    ]),
  )
}

/** map.csv and map.png. */
export async function writeMap(context: ResultContext, points: ProjectionPoints): Promise<void> {
  const names = await readNames(context)
  const ids = [...points.ids]
  const labels = ids.map((id) => names.label.get(id) ?? '')
  await writeCsv(
    join(context.out, 'map.csv'),
    ['image', 'label', 'x', 'y'],
    ids.map((id, i) => [
      defused(names.path.get(id) ?? ''),
      defused(labels[i]!),
      short(points.xy[2 * i]!),
      short(points.xy[2 * i + 1]!),
    ]),
  )
  await atomicWrite(join(context.out, 'map.png'), await drawMap({ xy: points.xy, labels }))
}

export interface MetricsFile {
  readonly version: string
  readonly seed: number
  readonly options: TrainingState['run']['options']
  /** What training never saw. */
  readonly unseen: UnseenFile
  readonly backend: string | null
  readonly backendDescription: string | null
  readonly status: TrainingState['run']['status']
  readonly imagesPerSecond: number
  readonly before: RetrievalMetrics | null
  readonly closedForm: RetrievalMetrics | null
  readonly after: RetrievalMetrics | null
  /** MAP@R of a head on held-out labels by epoch, from 0: the closed form; null without a search. */
  readonly validation: readonly number[] | null
  readonly bestEpoch: number | null
  /** Which of features, closed form and trained head is saved and why; null where nothing was chosen. */
  readonly kept: KeptModel | null
  /** What was compared to choose network and layers; null where nothing was. */
  readonly search: NetworkSearch | null
  /** How the saved model predicts; null where it carries nothing to predict with. */
  readonly prediction: PredictionReport | null
  readonly steps: number
  readonly durationSeconds: number
  readonly warnings: TrainingState['warnings']
  readonly rateSearch: RateSearch | null
  readonly unreadable: readonly string[]
  readonly epochs: readonly Omit<EpochRecord, 'histogram' | 'imagesPerSecond'>[]
}

/** What metrics.json says; the numbers are those of the saved embeddings on the test part. */
export function metricsOf(
  version: string,
  state: TrainingState,
  result: TrainingResult | null,
  unseen: UnseenFile,
  prediction: PredictionReport | null,
): MetricsFile {
  const { run } = state
  return {
    version,
    seed: run.options.seed,
    options: run.options,
    unseen,
    backend: run.backend?.name ?? null,
    backendDescription: run.backend?.description ?? null,
    status: run.status,
    imagesPerSecond: Math.round((result?.imagesPerSecond ?? 0) * 10) / 10,
    before: run.before,
    closedForm: run.closedForm,
    after: run.after,
    validation: result?.validation ?? null,
    bestEpoch: run.bestEpoch,
    kept: run.kept ?? null,
    search: run.search ?? null,
    prediction,
    steps: result?.steps ?? state.latest?.step ?? 0,
    durationSeconds: Math.round(run.durationMs / 100) / 10,
    warnings: state.warnings,
    rateSearch: state.rateSearch ?? null,
    unreadable: (result?.unreadable ?? []).map(({ reason }) => reason),
    epochs: state.epochs.map(({ histogram: _, imagesPerSecond: __, ...record }) => record),
  }
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await atomicWrite(file, `${finiteJson(file, value, 2)}\n`)
}

/** Seven significant digits: what a float32 holds; empty where there is no figure. */
const short = (value: number | null): number | string =>
  value === null ? '' : Number(value.toPrecision(7))
