import type { MinedTuples, Pairs, Triplets } from '../tuples/tuples'
import type { Random } from '../math/random'
import type { MinerResult } from './miner'

type EmitTriplet = (anchor: number, positive: number, negative: number) => void
type EmitPair = (anchor: number, other: number) => void

/**
 * Runs a generator of triplets twice, to count and then to keep, so that memory holds no more than
 * the budget; where there are more, one is drawn from each of `budget` equal stretches.
 */
export function collectTriplets(
  generate: (emit: EmitTriplet) => void,
  budget: number,
  random: Random,
): { readonly tuples: Triplets; readonly candidateCount: number } {
  let candidateCount = 0
  generate(() => {
    candidateCount++
  })
  const pick = new EvenPick(candidateCount, budget, random)
  const anchor = new Uint32Array(pick.kept)
  const positive = new Uint32Array(pick.kept)
  const negative = new Uint32Array(pick.kept)
  let count = 0
  generate((a, p, n) => {
    if (!pick.takes()) return
    anchor[count] = a
    positive[count] = p
    negative[count++] = n
  })
  return { tuples: { kind: 'triplets', anchor, positive, negative }, candidateCount }
}

/** The same for the positive and the negative pairs, which share the budget evenly. */
export function collectPairs(
  generatePositives: (emit: EmitPair) => void,
  generateNegatives: (emit: EmitPair) => void,
  budget: number,
  random: Random,
): MinerResult {
  const half = Math.max(1, Math.floor(budget / 2))
  const positives = collectSide(generatePositives, half, random)
  const negatives = collectSide(generateNegatives, half, random)
  return {
    tuples: {
      kind: 'pairs',
      positiveAnchor: positives.anchor,
      positive: positives.other,
      negativeAnchor: negatives.anchor,
      negative: negatives.other,
    },
    candidateCount: positives.candidateCount + negatives.candidateCount,
    fallbackCount: 0,
  }
}

function collectSide(generate: (emit: EmitPair) => void, budget: number, random: Random) {
  let candidateCount = 0
  generate(() => {
    candidateCount++
  })
  const pick = new EvenPick(candidateCount, budget, random)
  const anchor = new Uint32Array(pick.kept)
  const other = new Uint32Array(pick.kept)
  let count = 0
  generate((a, o) => {
    if (!pick.takes()) return
    anchor[count] = a
    other[count++] = o
  })
  return { anchor, other, candidateCount }
}

/** Takes everything when it fits, else one of each of `budget` equal stretches, drawn at random. */
class EvenPick {
  readonly kept: number
  private index = 0
  private chosen = 0
  private next: number

  constructor(
    private readonly total: number,
    budget: number,
    private readonly random: Random,
  ) {
    this.kept = Math.min(total, budget)
    this.next = this.kept === total ? 0 : this.draw(0)
  }

  takes(): boolean {
    const at = this.index++
    if (this.kept === this.total) return true
    if (at !== this.next) return false
    this.chosen++
    this.next = this.chosen < this.kept ? this.draw(this.chosen) : -1
    return true
  }

  private draw(stretch: number): number {
    const from = Math.floor((stretch * this.total) / this.kept)
    const to = Math.floor(((stretch + 1) * this.total) / this.kept)
    return from + this.random.integer(to - from)
  }
}

/** Triplets of plain lists, for rules that give at most one a pair. */
export function tripletsOf(
  anchor: readonly number[],
  positive: readonly number[],
  negative: readonly number[],
): Triplets {
  return {
    kind: 'triplets',
    anchor: Uint32Array.from(anchor),
    positive: Uint32Array.from(positive),
    negative: Uint32Array.from(negative),
  }
}

export function pairsOf(
  positiveAnchor: readonly number[],
  positive: readonly number[],
  negativeAnchor: readonly number[],
  negative: readonly number[],
): Pairs {
  return {
    kind: 'pairs',
    positiveAnchor: Uint32Array.from(positiveAnchor),
    positive: Uint32Array.from(positive),
    negativeAnchor: Uint32Array.from(negativeAnchor),
    negative: Uint32Array.from(negative),
  }
}

/** A result to which no budget applied. */
export function wholeResult(tuples: MinedTuples, fallbackCount = 0): MinerResult {
  const candidateCount =
    tuples.kind === 'triplets'
      ? tuples.anchor.length
      : tuples.positive.length + tuples.negative.length
  return { tuples, candidateCount, fallbackCount }
}
