import { oklchToRgb, type Rgb } from '../../styles/labelColor'

/**
 * Chroma at the outermost places; more is not to be had at this lightness in every hue. In the very
 * middle it is 0, because all hues meet there.
 */
const greatestChroma = 0.15
/** Lightness from the bottom of the map to its top; both ends show on the dark and the light theme. */
const lightness = { bottom: 0.56, top: 0.76 } as const

/**
 * A colour for each place, alike where places are near: hue by the direction from the middle, chroma
 * by the distance from it, lightness by the height. Coordinates count by their rank, so that the
 * colours are spread evenly also where the places are not.
 * @param places [n, 2]; what is not finite is grey
 */
export function placeColors(places: Float32Array): readonly Rgb[] {
  const across = rankShares(places, 0)
  const up = rankShares(places, 1)
  return Array.from(across, (x, i): Rgb => {
    const y = up[i]!
    if (Number.isNaN(x) || Number.isNaN(y)) return [128, 128, 128]
    const dx = 2 * x - 1
    const dy = 2 * y - 1
    const away = Math.min(1, 1.4 * Math.hypot(dx, dy))
    const degrees = (Math.atan2(dy, dx) * 180) / Math.PI
    return oklchToRgb(
      lightness.bottom + (lightness.top - lightness.bottom) * y,
      greatestChroma * away,
      (degrees + 360) % 360,
    )
  })
}

/** For each place the share of places with a smaller coordinate, 0 to 1; NaN where it has none. */
function rankShares(places: Float32Array, coordinate: 0 | 1): Float64Array {
  const count = places.length >> 1
  const shares = new Float64Array(count).fill(NaN)
  const known = Array.from({ length: count }, (_, i) => i).filter(
    (i) => Number.isFinite(places[2 * i]!) && Number.isFinite(places[2 * i + 1]!),
  )
  known.sort((a, b) => places[2 * a + coordinate]! - places[2 * b + coordinate]! || a - b)
  known.forEach((i, rank) => {
    shares[i] = known.length > 1 ? rank / (known.length - 1) : 0.5
  })
  return shares
}
