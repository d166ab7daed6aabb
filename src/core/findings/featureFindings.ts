import { AppError } from '../../shared/errors'
import type { TrainingWarning } from '../../shared/model/training'
import type { Steps } from '../steps'
import type { InputSource } from '../inputSource'

export interface FeatureFindings {
  /** Whether all rows are the same. */
  readonly isSame: boolean
  /** Numbers that are the same in all rows. */
  readonly constant: number
  /** Labels with several rows, and those of them whose rows are all the same. */
  readonly several: number
  readonly same: number
}

/** Of the length of a number, or of the row: float32 features of one picture differ by no more. */
const tolerance = 1e-5
const rowsAStep = 256
/** Share of constant numbers from which they are worth a word: a few are always at rest. */
const manyConstant = 0.05

/**
 * What the features of training rows do not tell apart.
 * @param rows rows of the source, and the class of each
 * @throws AppError notFinite where a feature is no finite number
 */
export function* findInFeatures(
  source: InputSource,
  { rows, labels }: { readonly rows: Uint32Array; readonly labels: Int32Array },
): Steps<FeatureFindings> {
  const { rowSize } = source
  const order = Uint32Array.from(rows.keys()).sort((a, b) => labels[a]! - labels[b]! || a - b)
  const block = new Float32Array(rowsAStep * rowSize)
  let first = new Float32Array(0)
  let firstSlack = 0
  let own = new Float32Array(0)
  let ownSlack = 0
  let constant = Uint32Array.from({ length: rows.length > 0 ? rowSize : 0 }, (_, k) => k)
  let label = -1
  let count = 0
  let isAlike = true
  const found = { several: 0, same: 0 }
  const endLabel = () => {
    if (count < 2) return
    found.several++
    if (isAlike) found.same++
  }
  for (let from = 0; from < order.length; from += rowsAStep) {
    const places = order.subarray(from, from + rowsAStep)
    const target = block.subarray(0, places.length * rowSize)
    source.read(
      places.map((place) => rows[place]!),
      target,
      null,
    )
    for (let i = 0; i < places.length; i++) {
      const row = target.subarray(i * rowSize, (i + 1) * rowSize)
      checkFinite(row)
      if (first.length === 0) {
        first = row.slice()
        firstSlack = slackOf(first)
      }
      constant = constant.filter((k) => isNear(row[k]!, first[k]!, firstSlack))
      if (labels[places[i]!] !== label) {
        endLabel()
        label = labels[places[i]!]!
        own = row.slice()
        ownSlack = slackOf(own)
        count = 1
        isAlike = true
        continue
      }
      count++
      if (isAlike) isAlike = areNear(row, own, ownSlack)
    }
    yield Math.min(1, (from + rowsAStep) / order.length)
  }
  endLabel()
  const isSame = order.length > 1 && constant.length === rowSize
  return { isSame, constant: constant.length, ...found }
}

/**
 * Notes on the set before the first epoch.
 * @param features numbers of a row; null where they are pixels, of which many may be at rest
 * @throws AppError noVariation where all rows are the same
 */
export function warningsOfFeatures(
  { isSame, constant, several, same }: FeatureFindings,
  images: number,
  features: number | null,
): TrainingWarning[] {
  if (isSame) {
    const what = features === null ? 'pixels' : 'features'
    throw new AppError(
      'noVariation',
      `All ${images} images to train on have the same ${what}, so nothing can tell them apart. Add images that differ, or check whether the right folder was opened.`,
      { images },
    )
  }
  const about = { epoch: 0, action: '' }
  return [
    ...(several > 0 && same === several
      ? [{ kind: 'sameWithinLabels', ...about, counts: { labels: same } } as const]
      : []),
    ...(features !== null && constant >= manyConstant * features
      ? [{ kind: 'constantFeatures', ...about, counts: { constant, features } } as const]
      : []),
  ]
}

function checkFinite(row: Float32Array): void {
  let sum = 0
  for (const value of row) sum += value
  if (Number.isFinite(sum)) return
  throw new AppError(
    'notFinite',
    'The features of an image hold a number that is not finite, so nothing is computed from them. Clear the cache of features in the settings and train again, or choose another --backend.',
  )
}

const slackOf = (row: Float32Array): number => {
  let squares = 0
  for (const value of row) squares += value * value
  return tolerance * Math.sqrt(squares / Math.max(1, row.length))
}

const isNear = (one: number, other: number, slack: number): boolean =>
  Math.abs(one - other) <= Math.max(slack, tolerance * Math.abs(other))

function areNear(one: Float32Array, other: Float32Array, slack: number): boolean {
  for (let k = 0; k < one.length; k++) if (!isNear(one[k]!, other[k]!, slack)) return false
  return true
}
