import type { LossCurveShape, LossShape } from '../../shared/model/lossShape'
import { distances } from '../distances'
import { createMatrix, type Matrix } from '../math/matrix'
import { createRandom } from '../math/random'
import type { ComponentChoice } from '../registry/options'
import { computeLoss, lossParameters } from './computeLoss'
import { noIndex, type LossElements } from '../losses/terms/elements'
import type { ParameterValues } from '../losses/loss'
import { readLoss, type LossSettings } from './settings'

/** Points of a curve before those that do not lie farther than the one before are left out. */
const pointCount = 97
/** Where the other side is held: half as similar as it could be. */
const heldAngle = Math.PI / 3
const dimension = 6

interface Point {
  readonly x: number
  readonly loss: number
}

/**
 * The shape of a loss: the real one, evaluated on an anchor, a positive and a negative of length 1
 * whose angles are swept from 0 to pi; for losses with class representatives on one image, its
 * class and a wrong one. Positive and negative leave the anchor in planes of their own, so that
 * each distance moves alone.
 * @throws AppError invalidInput for unknown names, wrong options and pairs that do not fit
 */
export function lossShape(choice: ComponentChoice, distance?: string): LossShape {
  const settings = readLoss(choice, { distance })
  const probe = settings.loss.kind === 'classes' ? classProbe : imageProbe
  const { kind, valueAt } = probe(choice, settings)
  const between = (angle: number) => distanceAt(settings, angle)
  const held = kind === 'pairs' ? null : between(heldAngle)
  const positive = (angle: number): Point => ({
    x: between(angle) - (kind === 'triplets' ? held! : 0),
    loss: valueAt('positive', angle, heldAngle),
  })
  const negative = (angle: number): Point => ({
    x: between(angle),
    loss: valueAt('negative', heldAngle, angle),
  })
  return {
    kind,
    distance: settings.distance,
    otherAt: held,
    curves:
      kind === 'triplets'
        ? [sweep('difference', positive, 0)]
        : [sweep('positive', positive, 0), sweep('negative', negative, Math.PI)],
  }
}

interface Probe {
  readonly kind: LossShape['kind']
  /** The loss with a positive and a negative at these angles; of pairs that of one side alone. */
  valueAt(side: 'positive' | 'negative', positive: number, negative: number): number
}

function imageProbe(choice: ComponentChoice, settings: LossSettings): Probe {
  const elementsOf = (positive: number, negative: number, negatives: number) => {
    const { elements } = computeLoss({
      embeddings: rowsAt([0, positive, ...new Array<number>(negatives).fill(negative)]),
      labels: [0, 0, ...new Array<number>(negatives).fill(1)],
      loss: choice,
      distance: settings.memorySize === null ? settings.distance : undefined,
      random: createRandom(1),
      recordsElements: true,
    })
    return ofAnchor(elements)
  }
  const total = (elements: readonly AnchorElement[]) =>
    elements.reduce((sum, element) => sum + element.value, 0)
  // A loss that pairs images up finds a negative only where its class has a pair as well.
  const negatives = total(elementsOf(Math.PI, 0, 1)) > 0 ? 1 : 2
  const elementsAt = (positive: number, negative: number) =>
    elementsOf(positive, negative, negatives)
  const kind = kindOf(elementsAt(heldAngle, heldAngle))
  return {
    kind,
    valueAt: (side, positive, negative) =>
      total(
        elementsAt(positive, negative).filter(
          (element) => kind !== 'pairs' || element.side === side,
        ),
      ),
  }
}

function classProbe(choice: ComponentChoice, settings: LossSettings): Probe {
  const sizes = { classCount: 2, dimension }
  const declared = lossParameters(choice, sizes)
  const reference = settings.loss.referenceParameter
  const rowsOfClass =
    (declared.find(({ name }) => name === reference)?.shape[0] ?? 2) / sizes.classCount
  return {
    kind: 'classes',
    valueAt(_side, positive, negative) {
      const own = rowsAt(new Array<number>(rowsOfClass).fill(positive), 1)
      const wrong = rowsAt(new Array<number>(rowsOfClass).fill(negative), 2)
      const parameters: Record<string, Float32Array> = {}
      for (const { name, initial } of declared) {
        parameters[name] =
          name === reference
            ? Float32Array.of(...own.data, ...wrong.data)
            : initial(createRandom(1))
      }
      return computeLoss({
        embeddings: rowsAt([0]),
        labels: [0],
        loss: choice,
        distance: settings.distance,
        parameters: parameters satisfies ParameterValues,
        classCount: sizes.classCount,
        random: createRandom(1),
      }).value
    },
  }
}

interface AnchorElement {
  readonly value: number
  readonly side: 'positive' | 'negative' | 'both' | 'neither'
}

/** The elements of the first image, which the positive and the negative were placed around. */
function ofAnchor(elements: LossElements | null): readonly AnchorElement[] {
  if (elements === null) return []
  const found: AnchorElement[] = []
  elements.anchor.forEach((anchor, index) => {
    if (anchor !== 0) return
    const hasPositive = elements.positive[index] !== noIndex
    const hasNegative = elements.negative[index] !== noIndex
    const side = hasPositive
      ? hasNegative
        ? 'both'
        : 'positive'
      : hasNegative
        ? 'negative'
        : 'neither'
    found.push({ value: elements.values[index]!, side })
  })
  return found
}

/** What belongs together in a loss shows in what it reduces. */
function kindOf(elements: readonly AnchorElement[]): 'pairs' | 'triplets' | 'joint' {
  const sides = new Set(elements.map(({ side }) => side))
  if (sides.has('both')) return 'triplets'
  return sides.has('positive') && sides.has('negative') ? 'pairs' : 'joint'
}

/**
 * Rows of length 1 at these angles from the first axis: the second in the first plane, all after it
 * in the second; or all of them in `plane`. The axes have zero mean, which the SNR distance asks for.
 */
function rowsAt(angles: readonly number[], plane?: number): Matrix {
  const rows = createMatrix(angles.length, dimension)
  angles.forEach((angle, row) => {
    const own = plane ?? Math.min(2, Math.max(1, row))
    setAxis(rows, row, 0, Math.cos(angle))
    setAxis(rows, row, own, Math.sin(angle))
  })
  return rows
}

function setAxis(rows: Matrix, row: number, axis: number, length: number): void {
  const at = row * dimension + 2 * axis
  rows.data[at] = length * Math.SQRT1_2
  rows.data[at + 1] = -length * Math.SQRT1_2
}

/** Larger is farther. */
function distanceAt(settings: LossSettings, angle: number): number {
  const { values, isSimilarity } = distances
    .get(settings.distance)
    .forward(rowsAt([0, angle]), undefined, normalization(settings))
  return isSimilarity ? 1 - values.data[1]! : values.data[1]!
}

const normalization = ({ normalized }: LossSettings) =>
  normalized === undefined ? {} : { normalized }

function sweep(
  side: LossCurveShape['side'],
  at: (angle: number) => Point,
  /** The angle at which the loss is smallest. */
  best: number,
): LossCurveShape {
  const x: number[] = []
  const loss: number[] = []
  for (let k = 0; k < pointCount; k++) {
    const point = at((k / (pointCount - 1)) * Math.PI)
    // Distances that do not grow with the angle throughout turn back.
    if (x.length > 0 && point.x <= x.at(-1)!) continue
    x.push(point.x)
    loss.push(point.loss)
  }
  return {
    side,
    x: Float32Array.from(x),
    loss: Float32Array.from(loss),
    restsAt: restOf(at, best),
  }
}

/** By bisection between the best end and the first angle from there at which there is a loss. */
function restOf(at: (angle: number) => Point, best: number): number | null {
  if (at(best).loss > 0) return null
  const step = ((best === 0 ? 1 : -1) * Math.PI) / (pointCount - 1)
  let k = 1
  while (k < pointCount && at(best + k * step).loss <= 0) k++
  if (k === pointCount) return null
  // A loss that only becomes too small for a number is not at rest.
  const rises = at(best + Math.min(k + 1, pointCount - 1) * step).loss
  if (rises < 1e-6 * at(Math.PI - best).loss) return null
  let resting = best + (k - 1) * step
  let moving = best + k * step
  for (let round = 0; round < 30; round++) {
    const middle = (resting + moving) / 2
    if (at(middle).loss > 0) moving = middle
    else resting = middle
  }
  return at(resting).x
}
