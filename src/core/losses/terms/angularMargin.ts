/**
 * cos(theta + m) of a cosine, with its derivative by that cosine. Beyond pi - m the cosine would
 * rise again: a straight line goes on instead.
 * @param degrees m
 */
export function angularMargin(
  degrees: number,
): (similarity: number) => { readonly value: number; readonly slope: number } {
  const m = (degrees * Math.PI) / 180
  const cosMargin = Math.cos(m)
  const sinMargin = Math.sin(m)
  return (similarity) => {
    const cosine = Math.min(1, Math.max(-1, similarity))
    if (cosine < -cosMargin) return { value: cosine - m * sinMargin, slope: 1 }
    const sine = Math.sqrt(1 - cosine * cosine)
    return {
      value: cosine * cosMargin - sine * sinMargin,
      slope: cosMargin + (sine > 1e-3 ? (cosine / sine) * sinMargin : 0),
    }
  }
}
