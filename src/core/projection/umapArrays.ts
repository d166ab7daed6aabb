import type { Random } from '../math/random'
import { partOf, type Steps } from '../steps'
import { type Edges, fuzzyEdges } from './fuzzyEdges'
import type { NeighbourGraph } from './neighbourGraph'

/**
 * Likeness in the plane as a curve of the distance, 1 / (1 + a d^2b): the least squares fit to 1 up
 * to the least distance that near points are drawn to, .1, and to exp(.1 - d) beyond.
 */
const curve = { a: 1.5694704762346365, b: 0.8941996053733949 } as const

/** Share of the time that drawing up the edges takes. */
const edgeShare = 0.03

/**
 * The layout of UMAP in typed arrays, for more points than umap-js has memory and steps for: some 40
 * bytes an edge. As `layoutByLibrary` in all that it is given and returns.
 */
export function* layoutInArrays(
  graph: NeighbourGraph,
  begin: Float64Array,
  settings: { readonly neighbours: number; readonly epochs: number; readonly random: Random },
): Steps<Float32Array> {
  const { neighbours, epochs, random } = settings
  const edges = yield* partOf(fuzzyEdges(graph, neighbours, epochs), 0, edgeShare)
  const points = begin.slice()
  const layout = new Layout(points, edges, random)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const round = layout.round(epoch, 1 - Math.max(0, epoch - 1) / epochs)
    const share = (rounds: number) => edgeShare + ((1 - edgeShare) * rounds) / epochs
    yield* partOf(round, share(epoch), share(epoch + 1))
  }
  return new Float32Array(points)
}

/** Points that an edge's head is pushed away from, for each time it is drawn. */
const negatives = 5
/** Edges that are looked at before others may run: at most some ten milliseconds. */
const edgesAStep = 2 ** 15
/** A point moves no farther along an axis at once, before the rate. */
const longestMove = 4

const clipped = (move: number): number =>
  move > longestMove ? longestMove : move < -longestMove ? -longestMove : move

/** Stochastic gradient descent on drawn edges, which pull, and on random points, which push. */
class Layout {
  private readonly nextDraw: Float64Array
  private readonly nextPush: Float64Array

  /** @param points [rows, 2], moved in place */
  constructor(
    private readonly points: Float64Array,
    private readonly edges: Edges,
    private readonly random: Random,
  ) {
    this.nextDraw = edges.roundsBetween.slice()
    this.nextPush = edges.roundsBetween.map((rounds) => rounds / negatives)
  }

  *round(epoch: number, rate: number): Steps<void> {
    const { nextDraw, nextPush, points } = this
    const { head, tail, roundsBetween } = this.edges
    for (let edge = 0; edge < head.length; edge++) {
      if (edge % edgesAStep === edgesAStep - 1) yield edge / head.length
      if (nextDraw[edge]! > epoch) continue
      const one = 2 * head[edge]!
      this.pull(one, 2 * tail[edge]!, rate)
      nextDraw[edge] = nextDraw[edge]! + roundsBetween[edge]!
      const between = roundsBetween[edge]! / negatives
      const pushes = Math.floor((epoch - nextPush[edge]!) / between)
      for (let push = 0; push < pushes; push++) {
        this.push(one, 2 * this.random.integer(points.length / 2), rate)
      }
      nextPush[edge] = nextPush[edge]! + pushes * between
    }
    yield 1
  }

  /** @param one, other where the points begin */
  private pull(one: number, other: number, rate: number): void {
    const { points } = this
    const dx = points[one]! - points[other]!
    const dy = points[one + 1]! - points[other + 1]!
    const square = dx * dx + dy * dy
    if (square === 0) return
    const power = curve.a * square ** curve.b
    const slope = (-2 * curve.b * power) / (square * (power + 1))
    const x = rate * clipped(slope * dx)
    const y = rate * clipped(slope * dy)
    points[one] = points[one]! + x
    points[one + 1] = points[one + 1]! + y
    points[other] = points[other]! - x
    points[other + 1] = points[other + 1]! - y
  }

  private push(one: number, other: number, rate: number): void {
    if (one === other) return
    const { points } = this
    const dx = points[one]! - points[other]!
    const dy = points[one + 1]! - points[other + 1]!
    const square = dx * dx + dy * dy
    // Points on one spot have no direction to part in: any will do.
    const slope =
      square > 0 ? (2 * curve.b) / ((0.001 + square) * (curve.a * square ** curve.b + 1)) : Infinity
    points[one] = points[one]! + rate * (square > 0 ? clipped(slope * dx) : longestMove)
    points[one + 1] = points[one + 1]! + rate * (square > 0 ? clipped(slope * dy) : longestMove)
  }
}
