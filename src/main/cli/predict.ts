import { rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { createRandom } from '../../core/math/random'
import { simdProduct } from '../../core/math/simdProduct'
import { type Decision, measurePrediction } from '../../core/prediction/measurePrediction'
import { thresholdFor } from '../../core/prediction/openSet'
import { walk } from '../../core/steps'
import type { DatasetId } from '../../shared/model/ids'
import { type PredictionReport, usualFalseAccept } from '../../shared/model/prediction'
import { type Cell, csvChunks } from '../exporting/csv'
import type { EmbeddingRows } from '../exporting/embeddingRows'
import { predictionCells, predictionHeader } from '../exporting/predictionRows'
import { writeChunks } from '../exporting/writeChunks'
import { makeTemporaryFolder } from '../leftovers'
import { Answerer } from '../runs/answerPictures'
import { contentOf, loadPrediction, type StoredPrediction } from '../runs/predictionFiles'
import { blocksOf } from './embeddingBlocks'
import { checkModel, checkOutFile, withEmbeddings } from './modelArgument'
import type { TakingNetwork } from './ownNetwork'
import { type ParsedCommand, UsageError } from './parse'
import { checkPictures, gatherPictures } from './pictureFiles'
import { type Evaluated, evaluateAnswers, type Evaluation, type Truth } from './predictEvaluation'
import { writeJson } from './results'
import { existingFolder, importFolder, prepareOut, type Session } from './session'

export async function checkPredictArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const given = parsed.positionals
  const isFolder =
    given.length === 1 && (await stat(resolve(given[0]!)).catch(() => null))?.isFile() !== true
  const folder = isFolder ? await existingFolder(given[0]!) : null
  if (!isFolder) await checkPictures(given)
  const against = parsed.texts.get('against')
  const model = await checkModel(parsed, taking)
  const stored = await loadPrediction(model.folder, model.embeddingSize)
  const k = parsed.numbers.get('k')
  if (k !== undefined && stored.kind === 'means') {
    throw new UsageError(
      'The model carries the means of its labels alone, so that no neighbours vote. Leave --k out, or train without --compact.',
    )
  }
  return {
    ...{ folder, files: isFolder ? [] : given, model, stored, k },
    against: against === undefined ? null : await existingFolder(against),
    falseAccept: parsed.numbers.get('false-accept') ?? usualFalseAccept,
    out: await checkOutFile(parsed.texts.get('out')!, 'predictions.csv'),
    followsLinks: parsed.flags.has('follow-links'),
  }
}

export interface PredictOutcome {
  readonly images: number
  readonly out: string
  /** How the answers were found. */
  readonly rule: Decision['rule']
  readonly score: Decision['score']
  readonly k: number
  /** Null where nothing was held out to choose it by. */
  readonly threshold: number | null
  readonly falseAccept: number
  /** Share of the held-out known images that this threshold takes for unknown. */
  readonly falseReject: number | null
  readonly isCalibrated: boolean
  readonly heldOut: PredictionReport['heldOut']
  /** Images that are beyond the threshold; null without one. */
  readonly unknown: number | null
  /** Of the labels that were given with --against. */
  readonly evaluation: (Evaluation & { readonly file: string }) | null
}

/** Predicts labels of a folder or of pictures into a CSV; null where it was cancelled. */
export async function runPredict(
  session: Session,
  checked: Awaited<ReturnType<typeof checkPredictArguments>>,
): Promise<PredictOutcome | null> {
  const { signal } = session
  await prepareOut(dirname(checked.out))
  const decision = await decide(session, checked)
  if (decision === null) return null
  const gathered = checked.folder === null ? makeTemporaryFolder('embed') : null
  try {
    const names = gathered === null ? null : await gatherPictures(checked.files, gathered)
    const folder = checked.folder ?? gathered!
    const { dataset } = await importFolder(session, folder, [], checked.followsLinks)
    if (signal.aborted) return null
    const truth = await truthOf(session, checked, { folder, datasetId: dataset.id })
    if (signal.aborted) return null
    const asked = { datasetId: dataset.id, model: checked.model }
    return await withEmbeddings(session, asked, (rows) =>
      answer(session, { ...checked, decision, rows, truth, names }),
    )
  } finally {
    if (gathered !== null) await rm(gathered, { recursive: true, force: true })
  }
}

/** As the model says, or measured anew where other neighbours are to vote; null where cancelled. */
export async function decide(
  { progress, signal }: Session,
  { stored, k }: { readonly stored: StoredPrediction; readonly k: number | undefined },
): Promise<Decision | null> {
  if (k === undefined || k === stored.decision.k) return stored.decision
  const measuring = measurePrediction(
    { ...stored, embeddings: stored.unit, heldOut: stored.report.heldOut },
    {
      k,
      falseAccept: usualFalseAccept,
      product: simdProduct,
      random: createRandom('prediction'),
      isEnough: () => signal.aborted,
    },
  )
  const { decision } = await walk(measuring, {
    now: () => performance.now(),
    breathe: () => breathe(),
    onProgress: (share) => progress.update('Calibrating', `${Math.floor(100 * share)} %`),
  })
  progress.clear()
  return signal.aborted ? null : decision
}

interface Answering {
  readonly stored: StoredPrediction
  readonly decision: Decision
  readonly rows: EmbeddingRows
  readonly truth: Truth | null
  /** Of pictures that were named one by one. */
  readonly names: ReadonlyMap<string, string> | null
  readonly falseAccept: number
  readonly out: string
}

async function answer(session: Session, asked: Answering): Promise<PredictOutcome | null> {
  const { signal, progress } = session
  const { stored, decision, rows, truth, names, falseAccept, out } = asked
  const { scores, rule, score, k } = decision
  const threshold = thresholdFor(scores, falseAccept)
  const answerer = new Answerer(stored, decision)
  const { shown } = answerer
  const evaluated: Evaluated[] = []
  let unknown = 0
  async function* answers(): AsyncGenerator<Cell[]> {
    let done = 0
    for await (const { images, unit } of blocksOf(rows)) {
      const found = await answerer.answer(unit, threshold)
      const lines = found.map(({ label, confidence, strangeness, isKnown, neighbours }, place) => {
        if (isKnown === false) unknown++
        const image = images[place]!
        if (truth !== null) {
          const nearest = neighbours[0]?.distance ?? Infinity
          evaluated.push({ image, confidence, strange: strangeness, isKnown, label, nearest })
        }
        return predictionCells({
          ...{ image: names?.get(image) ?? image, label, confidence, strangeness, isKnown },
          neighbours,
        })
      })
      done += images.length
      progress.update('Predicting', `${done} of ${rows.count}`)
      yield* lines
      if (signal.aborted) return
    }
  }
  const chunks = csvChunks(out, predictionHeader(shown), answers())
  const isWritten = await writeChunks(out, chunks, { signal })
  progress.clear()
  if (!isWritten) return null
  const outcome = {
    ...{ images: rows.count, out, rule, score, k, threshold, falseAccept },
    falseReject:
      threshold === null || scores.known.length === 0
        ? null
        : scores.known.filter((one) => one > threshold).length / scores.known.length,
    isCalibrated: decision.calibration !== null,
    heldOut: stored.report.heldOut,
    unknown: threshold === null ? null : unknown,
  }
  if (truth === null) return { ...outcome, evaluation: null }
  const evaluation = await evaluateAnswers(evaluated, truth, {
    labelNames: stored.labelNames,
    carried: new Set(
      Array.from({ length: stored.unit.rows }, (_, row) =>
        [...stored.contents.subarray(row * 4, row * 4 + 4)].join(),
      ),
    ),
  })
  const file = `${out.replace(/\.csv$/i, '')}.metrics.json`
  await writeJson(file, { ...outcome, out: undefined, evaluation })
  return { ...outcome, evaluation: { ...evaluation, file } }
}

/** Labels of the predicted images by their content, as the folder of --against has them. */
async function truthOf(
  session: Session,
  { against, followsLinks }: { readonly against: string | null; readonly followsLinks: boolean },
  predicted: { readonly folder: string; readonly datasetId: DatasetId },
): Promise<Truth | null> {
  if (against === null) return null
  const { store } = session.services
  const datasetId =
    against === predicted.folder
      ? predicted.datasetId
      : (await importFolder(session, against, [], followsLinks)).dataset.id
  const labels = new Map<string, string | null>()
  const names = await store.labels.names(datasetId)
  const rows = await store.images.trainingRows(datasetId)
  rows.sha256.forEach((sha256, i) => {
    const name = rows.excluded[i] === 1 ? undefined : names.get(rows.labelIds[i]!)
    if (name === undefined) return
    const known = labels.get(sha256)
    labels.set(sha256, known === undefined || known === name ? name : null)
  })
  if (labels.size === 0) {
    throw new UsageError(
      `No image in ${against} has a label, so nothing can be evaluated. One sub-folder is one label; a labels.csv (image,label) may say otherwise.`,
    )
  }
  const asked = await store.images.trainingRows(predicted.datasetId)
  return {
    labelOf: new Map(
      asked.relativePaths.map((path, i) => [path, labels.get(asked.sha256[i]!)] as const),
    ),
    contentOf: new Map(
      asked.relativePaths.map((path, i) => [path, contentOf(asked.sha256[i]!).join()] as const),
    ),
  }
}
