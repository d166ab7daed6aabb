/** Likeness in the plane as a curve of the distance: 1 / (1 + a d^(2 b)). */
export interface Curve {
  readonly a: number
  readonly b: number
}

const samples = 300
const rounds = 200
const tolerance = 1e-10

/**
 * The curve nearest, by least squares on distances up to 3, to 1 up to `leastDistance` and
 * exp(`leastDistance` - d) beyond (McInnes, Healy, Melville 2018, spread 1). Levenberg-Marquardt.
 */
export function fitCurve(leastDistance: number): Curve {
  const points = Array.from({ length: samples }, (_, i) => {
    const d = (3 * i) / (samples - 1)
    return { d, wanted: d < leastDistance ? 1 : Math.exp(leastDistance - d) }
  })
  const errorOf = ({ a, b }: Curve): number =>
    points.reduce((sum, { d, wanted }) => sum + (wanted - 1 / (1 + a * d ** (2 * b))) ** 2, 0)
  let curve: Curve = { a: 1, b: 1 }
  let error = errorOf(curve)
  let damping = 1e-3
  for (let round = 0; round < rounds && damping < 1e12; round++) {
    const { a, b } = curve
    let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0]
    for (const { d, wanted } of points) {
      if (d === 0) continue
      const power = d ** (2 * b)
      const value = 1 / (1 + a * power)
      const da = -power * value * value
      const db = -2 * a * Math.log(d) * power * value * value
      const rest = wanted - value
      aa += da * da
      ab += da * db
      bb += db * db
      ga += da * rest
      gb += db * rest
    }
    const [p, q] = [aa * (1 + damping), bb * (1 + damping)]
    const determinant = p * q - ab * ab
    const next = {
      a: a + (q * ga - ab * gb) / determinant,
      b: b + (p * gb - ab * ga) / determinant,
    }
    const nextError = next.a > 0 && next.b > 0 ? errorOf(next) : Infinity
    if (!(nextError < error)) {
      damping *= 10
      continue
    }
    const gain = error - nextError
    curve = next
    error = nextError
    damping /= 10
    if (gain < tolerance * error) break
  }
  return curve
}
