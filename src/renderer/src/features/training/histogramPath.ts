/** An SVG path of a histogram as steps, `width` x `height`, scaled to the greatest share. */
export function histogramPath(
  shares: readonly number[],
  greatest: number,
  width: number,
  height: number,
): string {
  if (shares.length === 0 || greatest <= 0) return ''
  const bar = width / shares.length
  let path = `M0 ${height}`
  shares.forEach((share, k) => {
    const y = (height - (share / greatest) * height).toFixed(2)
    path += `L${(k * bar).toFixed(2)} ${y}L${((k + 1) * bar).toFixed(2)} ${y}`
  })
  return `${path}L${width} ${height}Z`
}

/** Counts as shares of their sum, so that two clouds of different size compare. */
export function sharesOf(counts: readonly number[]): number[] {
  const sum = counts.reduce((total, count) => total + count, 0)
  return counts.map((count) => (sum === 0 ? 0 : count / sum))
}
