/** How often label i and cluster j meet. */
interface Contingency {
  readonly count: number
  readonly rows: readonly number[]
  readonly columns: readonly number[]
  /** Entries that are not 0: [row, column, count]. */
  readonly cells: readonly (readonly [number, number, number])[]
}

/**
 * Normalised mutual information of two labellings, 2 I(U, V) / (H(U) + H(V)); 1 where both put
 * everything together.
 */
export function normalizedMutualInformation(
  labels: ArrayLike<number>,
  clusters: ArrayLike<number>,
): number {
  const table = contingency(labels, clusters)
  if (isTrivial(table)) return 1
  const information = mutualInformation(table)
  const mean = (entropy(table.rows, table.count) + entropy(table.columns, table.count)) / 2
  return mean > 0 ? Math.max(0, information / mean) : 0
}

/**
 * Adjusted mutual information (Vinh, Epps, Bailey 2010): what two labellings share beyond what
 * chance would give, (I - E[I]) / (mean(H(U), H(V)) - E[I]).
 */
export function adjustedMutualInformation(
  labels: ArrayLike<number>,
  clusters: ArrayLike<number>,
): number {
  const table = contingency(labels, clusters)
  if (isTrivial(table)) return 1
  const information = mutualInformation(table)
  const expected = expectedInformation(table)
  const mean = (entropy(table.rows, table.count) + entropy(table.columns, table.count)) / 2
  const room = mean - expected
  const safe = room < 0 ? Math.min(room, -Number.EPSILON) : Math.max(room, Number.EPSILON)
  return (information - expected) / safe
}

/** Both labellings make one cluster of all, or one of each. */
function isTrivial({ count, rows, columns }: Contingency): boolean {
  return rows.length === columns.length && (rows.length <= 1 || rows.length === count)
}

function contingency(labels: ArrayLike<number>, clusters: ArrayLike<number>): Contingency {
  if (labels.length !== clusters.length) throw new Error('Two labellings of different lengths')
  const rowOf = new Map<number, number>()
  const columnOf = new Map<number, number>()
  const rows: number[] = []
  const columns: number[] = []
  const cells = new Map<string, [number, number, number]>()
  for (let i = 0; i < labels.length; i++) {
    const row = indexOf(rowOf, labels[i]!)
    const column = indexOf(columnOf, clusters[i]!)
    rows[row] = (rows[row] ?? 0) + 1
    columns[column] = (columns[column] ?? 0) + 1
    const cell = cells.get(`${row} ${column}`)
    if (cell === undefined) cells.set(`${row} ${column}`, [row, column, 1])
    else cell[2]++
  }
  return { count: labels.length, rows, columns, cells: [...cells.values()] }
}

function indexOf(known: Map<number, number>, value: number): number {
  const index = known.get(value) ?? known.size
  known.set(value, index)
  return index
}

function entropy(sizes: readonly number[], count: number): number {
  return -sizes.reduce((sum, size) => sum + (size / count) * Math.log(size / count), 0)
}

function mutualInformation({ count, rows, columns, cells }: Contingency): number {
  return cells.reduce(
    (sum, [row, column, size]) =>
      sum + (size / count) * Math.log((count * size) / (rows[row]! * columns[column]!)),
    0,
  )
}

/** Mean over all labellings with these sizes, by the hypergeometric law. */
function expectedInformation({ count, rows, columns }: Contingency): number {
  const logFactorial = new Float64Array(count + 1)
  for (let i = 2; i <= count; i++) logFactorial[i] = logFactorial[i - 1]! + Math.log(i)
  let sum = 0
  for (const a of rows) {
    for (const b of columns) {
      const fixed =
        logFactorial[a]! +
        logFactorial[b]! +
        logFactorial[count - a]! +
        logFactorial[count - b]! -
        logFactorial[count]!
      for (let n = Math.max(1, a + b - count); n <= Math.min(a, b); n++) {
        const logProbability =
          fixed -
          logFactorial[n]! -
          logFactorial[a - n]! -
          logFactorial[b - n]! -
          logFactorial[count - a - b + n]!
        sum += (n / count) * Math.log((count * n) / (a * b)) * Math.exp(logProbability)
      }
    }
  }
  return sum
}
