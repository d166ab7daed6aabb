import { partOf, type Steps } from '../steps'
import type { Arena } from './arena'
import { fitCurve } from './curve'
import { fillSlopes, phaseCount } from './moveTask'
import { inStripes } from './neighbours'
import { listBack, sumUp } from './strengthTasks'
import { numbersOfMove, type Workforce } from './tasks'

/** Share of the time that drawing up the edges takes. */
const edgeShare = 0.05
/** Rows of a phase that are moved before others may run. */
const movedAStep = 2 ** 15
const rowsAStep = 2 ** 14

export interface LayoutOptions {
  readonly epochs: number
  readonly leastDistance: number
  readonly seed: number
  /** Learning rate at the beginning, from which it falls evenly to 0. */
  readonly rate: number
  /** How much labels part the map, 0 to 1. */
  readonly labelWeight: number
  /** Told of the places now and then: [rows, 2], a view that changes. */
  readonly onPlaces?: (places: Float32Array) => void
}

/**
 * Lays the rows of an arena, whose neighbours are found, out in the plane from the places given.
 * @param begin [rows, 2] in the layout's units
 * @returns [rows, 2]
 */
export function* layOutArena(
  arena: Arena,
  workforce: Workforce,
  begin: Float32Array,
  options: LayoutOptions,
): Steps<Float32Array> {
  const { rows } = arena.size
  const { epochs, seed } = options
  yield* partOf(drawEdges(arena, workforce, options.labelWeight), 0, edgeShare)
  fillSlopes(arena.slopes, fitCurve(options.leastDistance))
  arena.places.set(begin)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = options.rate * (1 - epoch / epochs)
    for (let phase = 0; phase < phaseCount; phase++) {
      const units = Math.ceil((rows - phase) / phaseCount)
      const move = inStripes(
        workforce,
        'move',
        units,
        movedAStep,
        numbersOfMove({ epoch, phase, rate, seed }),
      )
      const share = (part: number) =>
        edgeShare + ((1 - edgeShare) * (epoch + part / phaseCount)) / epochs
      yield* partOf(move, share(phase), share(phase + 1))
    }
    options.onPlaces?.(placesAfter(arena, epoch + 1))
  }
  return placesAfter(arena, epochs).slice()
}

const placesAfter = ({ places, size: { rows } }: Arena, epochs: number): Float32Array => {
  const start = (epochs & 1) * 2 * rows
  return places.subarray(start, start + 2 * rows)
}

function* drawEdges(arena: Arena, workforce: Workforce, labelWeight: number): Steps<void> {
  const { rows } = arena.size
  yield* partOf(inStripes(workforce, 'strength', rows, rowsAStep), 0, 0.5)
  yield* partOf(listBack(arena), 0.5, 0.6)
  yield* partOf(inStripes(workforce, 'count', rows, rowsAStep), 0.6, 0.7)
  sumUp(arena.edgeStart)
  yield* partOf(inStripes(workforce, 'join', rows, rowsAStep), 0.7, 0.9)
  if (labelWeight <= 0) return
  yield* partOf(inStripes(workforce, 'part', rows, rowsAStep, [labelWeight, 0, 0, 0]), 0.9, 0.95)
  yield* partOf(inStripes(workforce, 'restore', rows, rowsAStep), 0.95, 1)
}
