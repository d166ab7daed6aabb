import type { Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import { projectionLeaves } from './projectionLeaves'
import { partOf, type Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'
import { dotOfRows } from './rows'
import { TopLists } from './topList'

/** Random trees that the search starts from. */
const treeCount = 5
const maximumRounds = 12
/** New and old candidates that a row compares in a round, each. */
const sampleSize = 20
/** Rounds end when fewer than this share of all places in the lists change. */
const tolerance = 0.002
/** Rows between two reports. */
const reportRows = 256
/** The same where candidates are drawn, which is lighter. */
const sampledRowsAStep = 8192
/** Share of a round that drawing candidates takes. */
const samplingShare = 0.05

/**
 * Approximate nearest neighbours by cosine for many rows: random projection trees give a start,
 * then neighbours of neighbours are compared until little changes (NN-descent: Dong, Charikar, Li
 * 2011). About O(n^1.14 d) time, O(n) memory. The same seed gives the same graph.
 *
 * @param normalized rows of length 1, see `normalizedRows`
 */
export function* neighbourDescent(
  normalized: Matrix,
  count: number,
  random: Random,
): Steps<NeighbourGraph> {
  const { rows } = normalized
  const wanted = Math.max(0, Math.min(count, rows - 1))
  const lists = new TopLists(rows, wanted)
  const total = treeCount + maximumRounds
  if (wanted > 0) {
    const treeRandom = random.fork('trees')
    for (let tree = 0; tree < treeCount; tree++) {
      let done = 0
      for (const leaf of projectionLeaves(normalized, treeRandom)) {
        compareAll(normalized, lists, leaf)
        done += leaf.length
        yield (tree + done / rows) / total
      }
    }
    const sampling = random.fork('sampling')
    const candidates = { fresh: new Samples(rows, sampling), known: new Samples(rows, sampling) }
    for (let round = 0; round < maximumRounds; round++) {
      const at = (share: number) => (treeCount + round + share) / total
      yield* partOf(sample(lists, rows, candidates), at(0), at(samplingShare))
      let changes = 0
      for (let row = 0; row < rows; row++) {
        changes += compareCandidates(normalized, lists, row, candidates)
        if (row % reportRows === 0) yield at(samplingShare + ((1 - samplingShare) * row) / rows)
      }
      if (changes < tolerance * rows * wanted) break
    }
    fillUp(normalized, lists, random.fork('rest'))
  }
  return { rows, count: wanted, indices: lists.indices, similarities: lists.similarities }
}

interface Candidates {
  readonly fresh: Samples
  readonly known: Samples
}

/** For each row a uniform sample of what was added to it (reservoir: Vitter 1985). */
class Samples {
  readonly members: Uint32Array
  private readonly seen: Uint32Array

  constructor(
    rows: number,
    private readonly random: Random,
  ) {
    this.members = new Uint32Array(rows * sampleSize)
    this.seen = new Uint32Array(rows)
  }
  clear(): void {
    this.seen.fill(0)
  }
  size(row: number): number {
    return Math.min(sampleSize, this.seen[row]!)
  }
  add(row: number, member: number): void {
    const seen = this.seen[row]!
    this.seen[row] = seen + 1
    const place = seen < sampleSize ? seen : this.random.integer(seen + 1)
    if (place < sampleSize) this.members[row * sampleSize + place] = member
  }
  has(row: number, member: number): boolean {
    const start = row * sampleSize
    const end = start + this.size(row)
    for (let at = start; at < end; at++) if (this.members[at] === member) return true
    return false
  }
}

/** Neighbours and reverse neighbours of each row, those that came lately apart from the others. */
function* sample(lists: TopLists, rows: number, { fresh, known }: Candidates): Steps<void> {
  fresh.clear()
  known.clear()
  for (let row = 0; row < rows; row++) {
    if (row % sampledRowsAStep === 0) yield row / rows
    const end = row * lists.count + lists.filled[row]!
    for (let at = row * lists.count; at < end; at++) {
      const samples = lists.fresh[at] === 1 ? fresh : known
      samples.add(row, lists.indices[at]!)
      samples.add(lists.indices[at]!, row)
    }
  }
  for (let row = 0; row < rows; row++) {
    const end = row * lists.count + lists.filled[row]!
    for (let at = row * lists.count; at < end; at++) {
      if (lists.fresh[at] === 1 && fresh.has(row, lists.indices[at]!)) lists.fresh[at] = 0
    }
  }
}

function compareCandidates(
  matrix: Matrix,
  lists: TopLists,
  row: number,
  { fresh, known }: Candidates,
): number {
  let changes = 0
  const start = row * sampleSize
  const freshEnd = start + fresh.size(row)
  const knownEnd = start + known.size(row)
  for (let at = start; at < freshEnd; at++) {
    const one = fresh.members[at]!
    for (let bt = at + 1; bt < freshEnd; bt++) {
      changes += compare(matrix, lists, one, fresh.members[bt]!)
    }
    for (let bt = start; bt < knownEnd; bt++) {
      changes += compare(matrix, lists, one, known.members[bt]!)
    }
  }
  return changes
}

function compareAll(matrix: Matrix, lists: TopLists, leaf: Uint32Array): void {
  for (let a = 0; a < leaf.length; a++) {
    for (let b = a + 1; b < leaf.length; b++) compare(matrix, lists, leaf[a]!, leaf[b]!)
  }
}

/** Gives rows that met too few others, such as those of a leaf of their own, any others. */
function fillUp(matrix: Matrix, lists: TopLists, random: Random): void {
  for (let row = 0; row < matrix.rows; row++) {
    while (lists.filled[row]! < lists.count) {
      const other = random.integer(matrix.rows)
      if (other === row || lists.has(row, other)) continue
      lists.offer(row, other, dotOfRows(matrix.data, row, matrix.data, other, matrix.columns))
    }
  }
}

/** Offers two rows to each other; answers how many lists changed. */
function compare(matrix: Matrix, lists: TopLists, a: number, b: number): number {
  if (a === b) return 0
  const similarity = dotOfRows(matrix.data, a, matrix.data, b, matrix.columns)
  let changes = 0
  if (similarity > lists.threshold(a) && !lists.has(a, b) && lists.offer(a, b, similarity)) {
    changes++
  }
  if (similarity > lists.threshold(b) && !lists.has(b, a) && lists.offer(b, a, similarity)) {
    changes++
  }
  return changes
}
