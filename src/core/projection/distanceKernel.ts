import {
  add,
  addFloats,
  advance,
  branchIf,
  countDown,
  end,
  get,
  i32,
  load,
  loop,
  multiplyFloats,
  named,
  section,
  set,
  tee,
  unsigned,
  v128,
  zero,
} from '../math/wasmCode'
import type { Measure } from './metric'

/**
 * WebAssembly functions with 128-bit instructions, assembled here byte by byte because they are
 * all there is to compile: how far one row is from each of a list of rows.
 *
 * `(row, list, count, out, base, stride)`: for each of `count` row numbers (uint32) at `list` the
 * measure of the row at `base + number * stride` and of the row at `row`, written to `out`
 * (float32). Addresses and `stride` are bytes; a row is float32, its `stride` a multiple of 64, what
 * is beyond its last number 0. `count` is at least 1. The order of all additions is fixed.
 */
export type DistanceKernel = (
  row: number,
  list: number,
  count: number,
  out: number,
  base: number,
  stride: number,
) => void

/** Numbers that a row is filled up to a multiple of. */
export const rowQuantum = 16

const measures: readonly Measure[] = ['squares', 'absolutes', 'largest']

/** @param memory shared */
export function loadDistanceKernel(memory: WebAssembly.Memory, measure: Measure): DistanceKernel {
  const module = new WebAssembly.Module(assemble())
  const { exports } = new WebAssembly.Instance(module, { map: { memory } })
  return exports[measure] as DistanceKernel
}

// Parameters and locals of each function.
const [row, list, count, out, base, stride, left, right, rest] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const sums = [9, 10, 11, 12]
const difference = 13

const multiply = [0x6c]
const loadInteger = [0x28, 2, 0]
const storeFloat = [0x38, 2, 0]
const [addFloat, largerFloat] = [[0x92], [0x97]]
const lane = (index: number) => [0xfd, 0x1f, index]
const absolutes = [0xfd, 0xe0, 0x01]
const subtractFloats = [0xfd, 0xe5, 0x01]
const largerFloats = [0xfd, 0xe9, 0x01]

/** From the four differences on the stack to what is added, and how it is added. */
const steps: Readonly<Record<Measure, { each: number[]; join: number[]; joinLanes: number[] }>> = {
  squares: {
    each: [...tee(difference), ...get(difference), ...multiplyFloats],
    join: addFloats,
    joinLanes: addFloat,
  },
  absolutes: { each: absolutes, join: addFloats, joinLanes: addFloat },
  largest: { each: absolutes, join: largerFloats, joinLanes: largerFloat },
}

function functionBody(measure: Measure): number[] {
  const { each, join, joinLanes } = steps[measure]
  const code = [
    ...loop,
    ...get(row),
    ...set(left),
    ...get(list),
    ...loadInteger,
    ...get(stride),
    ...multiply,
    ...get(base),
    ...add,
    ...set(right),
    ...get(stride),
    ...set(rest),
    ...sums.flatMap((sum) => [...zero, ...set(sum)]),
    ...loop,
    ...sums.flatMap((sum, part) => [
      ...get(sum),
      ...get(left),
      ...load(16 * part),
      ...get(right),
      ...load(16 * part),
      ...subtractFloats,
      ...each,
      ...join,
      ...set(sum),
    ]),
    ...advance(left, 64),
    ...advance(right, 64),
    ...countDown(rest, 64),
    ...branchIf,
    ...end,
    ...get(sums[0]!),
    ...get(sums[1]!),
    ...join,
    ...get(sums[2]!),
    ...get(sums[3]!),
    ...join,
    ...join,
    ...set(difference),
    ...get(out),
    ...get(difference),
    ...lane(0),
    ...get(difference),
    ...lane(1),
    ...joinLanes,
    ...get(difference),
    ...lane(2),
    ...get(difference),
    ...lane(3),
    ...joinLanes,
    ...joinLanes,
    ...storeFloat,
    ...advance(list, 4),
    ...advance(out, 4),
    ...countDown(count, 1),
    ...branchIf,
    ...end,
    ...end,
  ]
  const locals = [2, 3, i32, 5, v128]
  return [...unsigned(locals.length + code.length), ...locals, ...code]
}

function assemble(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 6, i32, i32, i32, i32, i32, i32, 0]),
    // A shared memory of at least 1 and at most 65,536 pages.
    ...section(2, [1, ...named('map'), ...named('memory'), 2, 3, 1, ...unsigned(65_536)]),
    ...section(3, [measures.length, ...measures.map(() => 0)]),
    ...section(7, [
      measures.length,
      ...measures.flatMap((measure, index) => [...named(measure), 0, index]),
    ]),
    ...section(10, [measures.length, ...measures.flatMap(functionBody)]),
  ])
}
