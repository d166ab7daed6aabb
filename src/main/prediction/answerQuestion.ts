import { createMatrix, gatherRows, type Matrix } from '../../core/math/matrix'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { simdProduct } from '../../core/math/simdProduct'
import { SmallestK } from '../../core/math/smallestK'
import { confidenceOf, strangeness } from '../../core/prediction/measurePrediction'
import { suitabilitySteps } from '../../core/prediction/likeAndUnlike'
import { meansOf, predictSteps, type References } from '../../core/prediction/predict'
import { finish } from '../../core/steps'
import { AppError } from '../../shared/errors'
import { loadEmbeddings } from '../runs/embeddingFiles'
import { loadModel } from '../runs/modelFiles'
import { loadPrediction, type StoredPrediction } from '../runs/predictionFiles'
import { acceptRates } from './acceptRates'
import type {
  PredictedColumns,
  PredictorAnswers,
  PredictorJob,
  PredictorQuestion,
  RankedColumns,
  ReferencesAnswer,
} from './messages'

interface Model {
  readonly stored: StoredPrediction
  readonly references: References
}

interface Embedded {
  readonly ids: Uint32Array
  readonly unit: Matrix
}

/** Answers with the model of a run; what it needs is read once, when it is first asked for. */
export function answerQuestion(
  job: PredictorJob,
): (question: PredictorQuestion) => Promise<PredictorAnswers[keyof PredictorAnswers]> {
  const model = once(() => openModel(job.modelFolder))
  const run = once(() => unitsOf(job.runFolder))
  return async (question) => {
    if (question.kind === 'rank') return rank(await run(), question)
    const { stored, references } = await model()
    if (question.kind === 'model') return describe(stored)
    const embedded = await unitsOf(question.folder)
    const { ids } = question
    return predict(stored, references, ids === null ? embedded : among(embedded, ids))
  }
}

/** A failure is no answer: it is tried again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null
  return async () => {
    kept ??= work()
    try {
      return await kept
    } catch (error) {
      kept = null
      throw error
    }
  }
}

async function openModel(folder: string): Promise<Model> {
  const { model } = await loadModel(folder)
  const stored = await loadPrediction(folder, model.embeddingSize)
  const means = stored.kind === 'means' ? stored : meansOf(stored)
  return { stored, references: { unit: stored.unit, labels: stored.labels, means } }
}

async function unitsOf(folder: string): Promise<Embedded> {
  const { ids, embeddings, embeddingSize } = await loadEmbeddings(folder)
  const unit = createMatrix(ids.length, embeddingSize, embeddings)
  normalizeInPlace(unit)
  return { ids, unit }
}

function among({ ids, unit }: Embedded, wanted: Uint32Array): Embedded {
  const rowOf = new Map(Array.from(ids, (id, row) => [id, row]))
  const there = wanted.filter((id) => rowOf.has(id))
  return {
    ids: there,
    unit: gatherRows(
      unit,
      there.map((id) => rowOf.get(id)!),
    ),
  }
}

const describe = ({
  labelNames,
  report,
  decision,
  paths,
  labels,
  contents,
}: StoredPrediction): ReferencesAnswer => ({
  ...{ labelNames, report, paths, labels, contents },
  isCalibrated: decision.calibration !== null,
  rates: acceptRates(decision.scores),
})

function predict(
  { decision }: StoredPrediction,
  references: References,
  { ids, unit }: Embedded,
): PredictedColumns {
  if (ids.length > 0 && unit.columns !== references.unit.columns) {
    throw new AppError('modelUnreadable', 'The embeddings have another size than the model gives.')
  }
  const neighbours = Math.min(decision.k, references.unit.rows)
  const columns = {
    labels: new Int32Array(ids.length),
    confidences: new Float64Array(ids.length),
    strangenesses: new Float64Array(ids.length),
    rows: new Uint32Array(ids.length * neighbours),
    distances: new Float64Array(ids.length * neighbours),
  }
  finish(
    predictSteps(references, unit, decision, simdProduct, (place, { answer, rows, distances }) => {
      columns.labels[place] = answer.label
      columns.confidences[place] = confidenceOf(answer, decision)
      columns.strangenesses[place] = strangeness(answer, decision.score)
      columns.rows.set(rows.slice(0, neighbours), place * neighbours)
      columns.distances.set(distances.slice(0, neighbours), place * neighbours)
    }),
  )
  return { ids, neighbours, ...columns, units: unit.data.slice(0, ids.length * unit.columns) }
}

function rank(
  run: Embedded,
  { among: wanted, like, unlike, likeUnits, top }: Extract<PredictorQuestion, { kind: 'rank' }>,
): RankedColumns {
  const { columns } = run.unit
  const liked = among(run, like).unit
  const others = createMatrix(likeUnits.length / columns, columns, likeUnits)
  const likes = createMatrix(liked.rows + others.rows, columns)
  likes.data.set(liked.data)
  likes.data.set(others.data, liked.data.length)
  if (likes.rows === 0) {
    throw new AppError(
      'invalidInput',
      'The run knows none of the images that are liked. Train again, or choose others.',
    )
  }
  const examples = new Set([...like, ...unlike])
  const items = among(
    run,
    wanted.filter((id) => !examples.has(id)),
  )
  const suits = finish(suitabilitySteps(items.unit, likes, among(run, unlike).unit, simdProduct))
  const best = new SmallestK(Math.min(top, items.ids.length))
  best.clear()
  if (items.ids.length > 0) {
    suits.forEach((score, row) => {
      if (-score < best.worst) best.add(-score, row)
    })
  }
  const rows = [...best.key.keys()].filter((at) => best.key[at]! < Infinity)
  return {
    ids: Uint32Array.from(rows, (at) => items.ids[best.index[at]!]!),
    scores: Float64Array.from(rows, (at) => -best.key[at]!),
    images: items.ids.length,
    unknown: wanted.length - among(run, wanted).ids.length,
  }
}
