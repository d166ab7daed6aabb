/** Least number of insertions, deletions, changes and swaps of neighbours (Damerau 1964). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let best = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (isSame ? 0 : 1))
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) best = Math.min(best, beforeLast[j - 2]! + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

/** The name that was probably meant, or null when none is near. */
export function nearestName(given: string, names: readonly string[]): string | null {
  const plain = plainName(given)
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(plain.length / 3)) + 1
  for (const name of names) {
    const other = plainName(name)
    const distance = plain.length >= 3 && other.startsWith(plain) ? 1 : editDistance(plain, other)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** The name of the list that differs from the given one in case, `-` and `_` only, or null. */
export function sameName(given: string, names: readonly string[]): string | null {
  const plain = plainName(given)
  return names.find((name) => plainName(name) === plain) ?? null
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[-_\s]/g, '')
