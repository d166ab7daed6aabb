import { averaged, type PicturePixels } from './pictureMeasures'

/** Side of the small copy that pictures are compared by. */
const signaturePx = 32
const pixels = signaturePx * signaturePx

/** A picture as 32 x 32 cells, a number each: red * 65536 + green * 256 + blue. */
export type Signature = Float32Array

/** @returns 1024 whole numbers below 2^24, which a float32 holds exactly */
export function signatureOf(picture: PicturePixels): Signature {
  const { data } = averaged(picture, { widthPx: signaturePx, heightPx: signaturePx })
  return Float32Array.from(
    { length: pixels },
    (_, at) => data[3 * at]! * 65_536 + data[3 * at + 1]! * 256 + data[3 * at + 2]!,
  )
}

export const signatureNumbers = pixels

/** Turns of the fit, and how far a picture may be cut or shifted, of half its side. */
const turns = 6
const mostShift = 0.06
/** Keeps the fit from running away where nothing holds it. */
const damping = 1e-3
const tiny = 1e-9

/**
 * What of a picture another one does not explain once it is laid over it as well as it goes: the
 * squared differences of all colours over the mean of both variances, 0 for the same picture. Scale
 * and shift along each side are fitted (Lucas, Kanade 1981), up to 6 % of the half side, so that a
 * picture and a crop of it lie over each other. Fine lines count little: both are smoothed first.
 */
export function unexplainedShare(one: Signature, other: Signature): number {
  const [a, b] = [smoothed(one), smoothed(other)]
  return Math.min(laidOver(a, b), laidOver(b, a))
}

/** [3, 32, 32], smoothed by a gaussian of 1 cell. */
function smoothed(signature: Signature): Float64Array {
  const planes = new Float64Array(3 * pixels)
  for (let at = 0; at < pixels; at++) {
    const color = signature[at]!
    planes[at] = Math.floor(color / 65_536)
    planes[pixels + at] = Math.floor(color / 256) % 256
    planes[2 * pixels + at] = color % 256
  }
  const rows = new Float64Array(planes.length)
  blurLines(planes, rows, 1, signaturePx)
  blurLines(rows, planes, signaturePx, 1)
  return planes
}

const weights = Float64Array.from({ length: 9 }, (_, i) => Math.exp(-((i - 4) ** 2) / 2))
const weightTotal = weights.reduce((sum, weight) => sum + weight, 0)

function blurLines(from: Float64Array, to: Float64Array, step: number, line: number): void {
  for (let plane = 0; plane < 3; plane++) {
    for (let l = 0; l < signaturePx; l++) {
      const start = plane * pixels + l * line
      for (let i = 0; i < signaturePx; i++) {
        let sum = 0
        for (let w = 0; w < weights.length; w++) {
          const at = Math.min(signaturePx - 1, Math.max(0, i + w - 4))
          sum += weights[w]! * from[start + at * step]!
        }
        to[start + i * step] = sum / weightTotal
      }
    }
  }
}

function laidOver(a: Float64Array, b: Float64Array): number {
  const [alongX, alongY] = gradients(a)
  const place = { scaleX: 1, shiftX: 0, scaleY: 1, shiftY: 0 }
  let best = Infinity
  for (let turn = 0; turn <= turns; turn++) {
    const { unexplained, step } = compareAt(a, b, alongX, alongY, place)
    best = Math.min(best, unexplained)
    if (step === null) break
    place.scaleX = within(place.scaleX - step[0]!, 1)
    place.shiftX = within(place.shiftX - step[1]!, 0)
    place.scaleY = within(place.scaleY - step[2]!, 1)
    place.shiftY = within(place.shiftY - step[3]!, 0)
  }
  return best
}

const within = (value: number, middle: number): number =>
  Math.min(middle + mostShift, Math.max(middle - mostShift, value))

/** Of the sum of the colours along x and y, for a step of half a side. */
function gradients(planes: Float64Array): readonly [Float64Array, Float64Array] {
  const x = new Float64Array(planes.length)
  const y = new Float64Array(planes.length)
  const last = signaturePx - 1
  for (let at = 0; at < planes.length; at++) {
    const column = at % signaturePx
    const row = Math.floor(at / signaturePx) % signaturePx
    const [left, right] = [column > 0 ? at - 1 : at, column < last ? at + 1 : at]
    const [up, down] = [row > 0 ? at - signaturePx : at, row < last ? at + signaturePx : at]
    x[at] = ((planes[right]! - planes[left]!) / (right - left)) * (signaturePx / 2)
    y[at] = ((planes[down]! - planes[up]!) / ((down - up) / signaturePx)) * (signaturePx / 2)
  }
  return [x, y]
}

interface Place {
  readonly scaleX: number
  readonly shiftX: number
  readonly scaleY: number
  readonly shiftY: number
}

const coordinates = Float64Array.from(
  { length: signaturePx },
  (_, at) => ((at + 0.5) / signaturePx) * 2 - 1,
)

function compareAt(
  a: Float64Array,
  b: Float64Array,
  alongX: Float64Array,
  alongY: Float64Array,
  place: Place,
): { readonly unexplained: number; readonly step: Float64Array | null } {
  const normal = new Float64Array(16)
  const right = new Float64Array(4)
  const slope = new Float64Array(4)
  let [squares, count] = [0, 0]
  const sums = { a: 0, b: 0, aa: 0, bb: 0 }
  for (let row = 0; row < signaturePx; row++) {
    const v = coordinates[row]!
    const y = ((place.scaleY * v + place.shiftY + 1) / 2) * signaturePx - 0.5
    if (y < 0 || y > signaturePx - 1) continue
    const top = Math.min(signaturePx - 2, Math.floor(y))
    const low = y - top
    for (let column = 0; column < signaturePx; column++) {
      const u = coordinates[column]!
      const x = ((place.scaleX * u + place.shiftX + 1) / 2) * signaturePx - 0.5
      if (x < 0 || x > signaturePx - 1) continue
      const left = Math.min(signaturePx - 2, Math.floor(x))
      const far = x - left
      for (let plane = 0; plane < 3 * pixels; plane += pixels) {
        const from = plane + top * signaturePx + left
        const value =
          (b[from]! * (1 - far) + b[from + 1]! * far) * (1 - low) +
          (b[from + signaturePx]! * (1 - far) + b[from + signaturePx + 1]! * far) * low
        const at = plane + row * signaturePx + column
        const own = a[at]!
        const difference = value - own
        squares += difference * difference
        sums.a += own
        sums.b += value
        sums.aa += own * own
        sums.bb += value * value
        count += 1
        slope[0] = alongX[at]! * u
        slope[1] = alongX[at]!
        slope[2] = alongY[at]! * v
        slope[3] = alongY[at]!
        for (let i = 0; i < 4; i++) {
          right[i]! += slope[i]! * difference
          for (let j = 0; j < 4; j++) normal[4 * i + j]! += slope[i]! * slope[j]!
        }
      }
    }
  }
  const variance = (sums.aa + sums.bb - (sums.a ** 2 + sums.b ** 2) / Math.max(1, count)) / 2
  return {
    // Without any contrast only what is equal explains.
    unexplained: squares / (Math.max(0, variance) + tiny),
    step: solve(normal, right),
  }
}

/** Solves the damped normal equations; null where nothing changes along any direction. */
function solve(normal: Float64Array, right: Float64Array): Float64Array | null {
  const trace = normal[0]! + normal[5]! + normal[10]! + normal[15]!
  if (trace <= tiny) return null
  const matrix = Array.from({ length: 4 }, (_, i) =>
    Float64Array.from({ length: 5 }, (_, j) =>
      j === 4 ? right[i]! : normal[4 * i + j]! + (i === j ? (damping * trace) / 4 : 0),
    ),
  )
  for (let i = 0; i < 4; i++) {
    for (let r = i + 1; r < 4; r++) {
      const factor = matrix[r]![i]! / matrix[i]![i]!
      for (let c = i; c < 5; c++) matrix[r]![c]! -= factor * matrix[i]![c]!
    }
  }
  const result = new Float64Array(4)
  for (let i = 3; i >= 0; i--) {
    let sum = matrix[i]![4]!
    for (let c = i + 1; c < 4; c++) sum -= matrix[i]![c]! * result[c]!
    result[i] = sum / matrix[i]![i]!
  }
  return result
}
