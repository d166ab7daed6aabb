import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { createMatrix, type Matrix } from '../../core/math/matrix'
import type { Decision } from '../../core/prediction/measurePrediction'
import { AppError, errnoOf } from '../../shared/errors'
import {
  type PredictionReport,
  predictionRules,
  strangenessScores,
} from '../../shared/model/prediction'
import { finiteJson, requireFinite } from '../files/finite'
import { readBounded } from '../files/regularFile'

/** What a saved model answers with; lies in its folder. */
export interface StoredPrediction {
  /** Labelled images, or the directions of the means of labels, where means were asked for. */
  readonly kind: 'images' | 'means'
  /** By their numbers. */
  readonly labelNames: readonly string[]
  /** Of the images, relative to the set's folder; none of means. */
  readonly paths: readonly string[]
  /** [n, d] L2-normalised. */
  readonly unit: Matrix
  /** [n] */
  readonly labels: Int32Array
  /** [n] the same number for images that show the same thing. */
  readonly groups: Uint32Array
  /** [n] 1 for images that training never saw. */
  readonly isHeldOut: Uint8Array
  /** [n, 4] the first 16 bytes of the SHA-256 of each file. */
  readonly contents: Uint32Array
  readonly decision: Decision
  readonly report: PredictionReport
}

const files = {
  manifest: 'prediction.json',
  embeddings: 'references.f32',
  numbers: 'references.u32',
  names: 'references.json',
} as const
const format = 'semblance-prediction-1'
/** Label, group, held out, and four of content. */
const numbersOfRow = 7
const greatestManifest = 2 ** 26
const greatestNames = 2 ** 29
const mostRows = 2 ** 24
const mostNumbers = 2 ** 30

const finite = v.pipe(v.number(), v.finite())
const share = v.pipe(finite, v.minValue(0), v.maxValue(1))
const amount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32))
const neighbours = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))
const scores = v.pipe(v.array(finite), v.maxLength(2 ** 22))
const figure = v.strictObject({
  value: finite,
  low: v.nullable(finite),
  high: v.nullable(finite),
})
const rates = { threshold: finite, falseAccept: share, falseReject: share }
const rule = v.picklist(predictionRules)
const score = v.picklist(strangenessScores)
const list = <S extends v.GenericSchema>(schema: S) => v.pipe(v.array(schema), v.maxLength(1000))
const report = v.strictObject({
  heldOut: v.picklist(['labels', 'images', 'nothing']),
  rule,
  score,
  neighbours,
  labels: amount,
  known: amount,
  unknown: amount,
  heldOutImages: v.exactOptional(amount),
  accuracy: v.nullable(figure),
  accuracies: list(v.strictObject({ rule, accuracy: share })),
  auroc: v.nullable(figure),
  oscr: v.nullable(figure),
  curve: list(v.strictObject({ ...rates, correct: share })),
  threshold: v.nullable(
    v.strictObject({ asked: share, value: finite, falseAccept: figure, falseReject: figure }),
  ),
  calibrationError: v.nullable(figure),
  reliability: list(v.strictObject({ confidence: share, accuracy: share, count: amount })),
  pairs: v.nullable(
    v.strictObject({
      threshold: finite,
      falseAccept: figure,
      falseReject: figure,
      curve: list(v.strictObject(rates)),
    }),
  ),
  opis: v.nullable(figure),
  worstOpis: v.nullable(finite),
})
const manifest = v.strictObject({
  format: v.literal(format),
  kind: v.picklist(['images', 'means']),
  rows: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostRows)),
  embeddingSize: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 20)),
  decision: v.strictObject({
    rule,
    score,
    k: neighbours,
    calibration: v.nullable(v.strictObject({ x: scores, y: v.array(share) })),
    known: scores,
    right: v.array(v.picklist([0, 1])),
    unknown: scores,
  }),
  report,
  files: v.strictObject(
    v.entriesFromList(
      [files.embeddings, files.numbers, files.names],
      v.strictObject({ bytes: amount, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
    ),
  ),
})
const names = v.strictObject({
  labels: v.pipe(v.array(v.pipe(v.string(), v.maxLength(4096))), v.maxLength(mostRows)),
  images: v.pipe(v.array(v.pipe(v.string(), v.maxLength(2 ** 15))), v.maxLength(mostRows)),
})
type Manifest = v.InferOutput<typeof manifest>

/**
 * Writes them into a folder; whoever calls puts it in its place.
 * @throws AppError trainingDiverged, notFinite
 */
export async function writePrediction(folder: string, stored: StoredPrediction): Promise<void> {
  const { unit, labels, groups, isHeldOut, contents, decision } = stored
  requireFinite('The reference embeddings', unit.data)
  const numbers = new Uint32Array(unit.rows * numbersOfRow)
  for (let row = 0; row < unit.rows; row++) {
    numbers.set([labels[row]!, groups[row]!, isHeldOut[row]!], row * numbersOfRow)
    numbers.set(contents.subarray(row * 4, row * 4 + 4), row * numbersOfRow + 3)
  }
  const written: Record<keyof Manifest['files'], Uint8Array> = {
    [files.embeddings]: bytesOf(unit.data),
    [files.numbers]: bytesOf(numbers),
    [files.names]: Buffer.from(JSON.stringify({ labels: stored.labelNames, images: stored.paths })),
  }
  const described = Object.entries(written).map(([name, bytes]) => [
    name,
    { bytes: bytes.byteLength, sha256: hashOf(bytes) },
  ])
  const text = finiteJson('What the model predicts with', {
    format,
    kind: stored.kind,
    rows: unit.rows,
    embeddingSize: unit.columns,
    decision: {
      rule: decision.rule,
      score: decision.score,
      k: decision.k,
      calibration: decision.calibration,
      known: [...decision.scores.known],
      right: [...decision.scores.right],
      unknown: [...decision.scores.unknown],
    },
    report: stored.report,
    files: Object.fromEntries(described) as unknown,
  })
  for (const [name, bytes] of Object.entries(written)) await writeFile(join(folder, name), bytes)
  await writeFile(join(folder, files.manifest), `${text}\n`)
}

/**
 * @param embeddingSize of the model that it lies with
 * @throws AppError modelUnreadable with what is wrong, and what to do where there is nothing
 */
export async function loadPrediction(
  folder: string,
  embeddingSize: number,
): Promise<StoredPrediction> {
  const found = await readManifest(folder)
  if (found === null) {
    throw unusable(
      folder,
      'it carries nothing to predict with, as those of earlier versions or of a set without labels',
    )
  }
  const { rows, kind } = found
  if (found.embeddingSize !== embeddingSize || rows * embeddingSize > mostNumbers) {
    throw unusable(folder, `${files.manifest} does not go with the model beside it`)
  }
  const unit = createMatrix(
    rows,
    embeddingSize,
    floatsOf(await readListed(folder, found, files.embeddings, rows * embeddingSize * 4)),
  )
  if (!unit.data.every(Number.isFinite)) {
    throw unusable(folder, `${files.embeddings} has numbers that are not finite`)
  }
  const bytes = await readListed(folder, found, files.numbers, rows * numbersOfRow * 4)
  const numbers = new Uint32Array(bytes.buffer, bytes.byteOffset, rows * numbersOfRow)
  const column = (at: number) => (_: unknown, row: number) => numbers[row * numbersOfRow + at]!
  const texts = await readListed(folder, found, files.names)
  const { labels: labelNames, images: paths } = parseJson(folder, files.names, texts, names)
  const labels = Int32Array.from({ length: rows }, column(0))
  const isWhole =
    labels.every((label) => label >= 0 && label < labelNames.length) &&
    paths.length === (kind === 'images' ? rows : 0)
  if (!isWhole) throw unusable(folder, `${files.names} does not go with ${files.numbers}`)
  const contents = new Uint32Array(rows * 4)
  for (let row = 0; row < rows; row++) {
    contents.set(numbers.subarray(row * numbersOfRow + 3, (row + 1) * numbersOfRow), row * 4)
  }
  return {
    ...{ kind, labelNames, paths, unit, labels, contents },
    groups: Uint32Array.from({ length: rows }, column(1)),
    isHeldOut: Uint8Array.from({ length: rows }, column(2)),
    decision: decisionOf(folder, found),
    report: found.report,
  }
}

/** How a saved model predicts, as it was measured; null where it carries nothing. */
export async function loadPredictionReport(folder: string): Promise<PredictionReport | null> {
  return (await readManifest(folder))?.report ?? null
}

/** The first 16 bytes of a SHA-256 in hexadecimal. */
export const contentOf = (sha256: string): readonly number[] =>
  [0, 8, 16, 24].map((at) => Number.parseInt(sha256.slice(at, at + 8), 16))

async function readManifest(folder: string): Promise<Manifest | null> {
  const bytes = await readBounded(join(folder, files.manifest), greatestManifest).catch(
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return null
      throw unusable(folder, `${files.manifest}: ${reasonOf(error)}`, error)
    },
  )
  return bytes === null ? null : parseJson(folder, files.manifest, bytes, manifest)
}

function parseJson<S extends v.GenericSchema>(
  folder: string,
  name: string,
  bytes: Uint8Array,
  schema: S,
): v.InferOutput<S> {
  let content: unknown
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw unusable(folder, `${name} is not JSON`, error)
  }
  const parsed = v.safeParse(schema, content)
  if (parsed.success) return parsed.output
  const place = v.getDotPath(parsed.issues[0]) ?? 'its shape'
  throw unusable(folder, `${name} is not what training writes (${place})`)
}

function decisionOf(folder: string, { decision }: Manifest): Decision {
  const { calibration, known, right, unknown, ...rest } = decision
  const rises = ({ x, y }: NonNullable<typeof calibration>) =>
    x.length > 0 &&
    x.length === y.length &&
    x.every((value, i) => i === 0 || value > x[i - 1]!) &&
    y.every((value, i) => i === 0 || value >= y[i - 1]!)
  if ((calibration !== null && !rises(calibration)) || known.length !== right.length) {
    throw unusable(folder, `${files.manifest} has a calibration that does not rise`)
  }
  return {
    ...rest,
    calibration,
    scores: {
      known: Float64Array.from(known),
      right: Uint8Array.from(right),
      unknown: Float64Array.from(unknown),
    },
  }
}

/** A file beside the manifest, which is the one that was written with it. */
async function readListed(
  folder: string,
  { files: listed }: Manifest,
  name: keyof Manifest['files'],
  bytes = listed[name].bytes,
): Promise<Buffer> {
  if (listed[name].bytes !== bytes || bytes > Math.max(greatestNames, 4 * mostNumbers)) {
    throw unusable(folder, `${files.manifest} names another length of ${name}`)
  }
  const read = await readBounded(join(folder, name), bytes).catch((error: unknown) => {
    throw unusable(folder, `${name}: ${reasonOf(error)}`, error)
  })
  if (read.length !== bytes || hashOf(read) !== listed[name].sha256) {
    throw unusable(folder, `${name} is not what was written with ${files.manifest}`)
  }
  return read
}

const floatsOf = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

function unusable(folder: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'modelUnreadable',
    `The model at ${folder} cannot predict: ${reason}. Train again: npm start -- train FOLDER --out DIR writes a "model" folder that can.`,
    { folder, reason },
    cause,
  )
}
