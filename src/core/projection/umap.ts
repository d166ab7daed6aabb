import type { Random } from '../math/random'
import type { Steps } from '../steps'
import { type Edges, fuzzyEdges } from './fuzzyEdges'
import type { NeighbourGraph } from './neighbourGraph'

/** Neighbours a point is held to, itself counted, as the authors count. */
export const umapNeighbours = 15
/** Below this there is no neighbourhood to keep: the start is the result. */
const fewestPoints = 4
/**
 * Half the width of the plane that the layout starts in: the authors' 10 for many points, less for
 * few, which would otherwise stay as dots far apart.
 */
const startExtentOf = (rows: number): number => Math.min(10, Math.max(2, Math.sqrt(rows) / 5))

/**
 * Likeness in the plane as a curve of the distance, 1 / (1 + a d^2b): the least squares fit to 1 up
 * to the least distance that near points are drawn to, and to exp(least - d) beyond.
 */
interface Curve {
  readonly a: number
  readonly b: number
}
/** Least distance .1. */
const closeCurve: Curve = { a: 1.5694704762346365, b: 0.8941996053733949 }
/** Least distance .35: few points have room to be told apart. */
const looseCurve: Curve = { a: 0.891822414252752, b: 1.1471403260591722 }
const looseRows = 2000

export interface UmapOptions {
  /** Exact or approximate neighbours by cosine, at least `umapNeighbours - 1` where there are so many. */
  readonly graph: NeighbourGraph
  /** Where the points start, [rows, 2], usually their principal plane. */
  readonly start: Float32Array
  readonly random: Random
  /** Rounds over all edges; decided from the number of points where absent. */
  readonly epochs?: number
}

/**
 * A layout of points in a plane in which near neighbours stay near (UMAP: McInnes, Healy, Melville
 * 2018), on a graph that is given. The distance is the chord between rows of length 1. Memory is
 * some 40 bytes an edge.
 * Returns [rows, 2] in the layout's own units.
 */
export function* umapPlane(options: UmapOptions): Steps<Float32Array> {
  const { graph, start, random } = options
  const { rows } = graph
  if (rows < fewestPoints || graph.count === 0) return start.slice()
  const neighbours = Math.min(umapNeighbours, graph.count + 1, rows - 1)
  const epochs = options.epochs ?? (rows <= 5000 ? 300 : 200)
  const edges = fuzzyEdges(graph, neighbours, epochs)
  const points = placedAtStart(start, random)
  const layout = new Layout(points, edges, rows <= looseRows ? looseCurve : closeCurve, random)
  for (let epoch = 0; epoch < epochs; epoch++) {
    layout.round(epoch, 1 - Math.max(0, epoch - 1) / epochs)
    yield (epoch + 1) / epochs
  }
  return new Float32Array(points)
}

/** Points that an edge's head is pushed away from, for each time it is drawn. */
const negatives = 5
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
    private readonly curve: Curve,
    private readonly random: Random,
  ) {
    this.nextDraw = edges.roundsBetween.slice()
    this.nextPush = edges.roundsBetween.map((rounds) => rounds / negatives)
  }

  round(epoch: number, rate: number): void {
    const { nextDraw, nextPush, points } = this
    const { head, tail, roundsBetween } = this.edges
    for (let edge = 0; edge < head.length; edge++) {
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
  }

  /** @param one, other where the points begin */
  private pull(one: number, other: number, rate: number): void {
    const { points, curve } = this
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
    const { points, curve } = this
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

/** The start scaled to the layout's plane, in float64; copies are set a little apart. */
function placedAtStart(start: Float32Array, random: Random): Float64Array {
  const largest = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const factor = largest > 0 ? startExtentOf(start.length / 2) / largest : 0
  return Float64Array.from(start, (value) => value * factor + random.normal(0, 1e-3))
}
