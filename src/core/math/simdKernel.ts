import {
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
  unsigned,
  v128,
  zero,
} from './wasmCode'

/**
 * One WebAssembly function with 128-bit instructions, assembled here byte by byte because it is
 * all there is to compile: products of panels of four rows with one panel of eight columns.
 *
 * `multiply(a, panels, b, c, inner)`: for each of `panels` panels [inner, 4] at `a`, adds up over
 * the inner dimension its products with the panel [inner, 8] at `b`, and writes [4, 8] to `c`.
 * All are float32 at byte offsets, panels one after the other; `panels` and `inner` at least 1.
 */
export interface PanelKernel {
  readonly memory: WebAssembly.Memory
  multiply(a: number, panels: number, b: number, c: number, inner: number): void
}

/** Null where WebAssembly or its 128-bit instructions may not be used. */
export function loadPanelKernel(): PanelKernel | null {
  try {
    const module = new WebAssembly.Module(assemble())
    const { memory, multiply } = new WebAssembly.Instance(module).exports
    return { memory, multiply } as unknown as PanelKernel
  } catch {
    return null
  }
}

// Parameters and locals of the function.
const a = 0
const panels = 1
const b = 2
const c = 3
const inner = 4
const column = 5
const left = 6
const accumulators = 7
const low = 15
const high = 16
const factor = 17

const loadSplat = (offset: number) => [0xfd, 0x09, 2, ...unsigned(offset)]
const store = (offset: number) => [0xfd, 0x0b, 4, ...unsigned(offset)]

function assemble(): Uint8Array<ArrayBuffer> {
  const eight = [0, 1, 2, 3, 4, 5, 6, 7]
  const accumulate = (row: number, half: number) => {
    const sum = accumulators + 2 * row + half
    const columns = half === 0 ? low : high
    return [
      ...get(sum),
      ...get(factor),
      ...get(columns),
      ...multiplyFloats,
      ...addFloats,
      ...set(sum),
    ]
  }
  const code = [
    ...loop,
    ...eight.flatMap((k) => [...zero, ...set(accumulators + k)]),
    ...get(b),
    ...set(column),
    ...get(inner),
    ...set(left),
    ...loop,
    ...get(column),
    ...load(0),
    ...set(low),
    ...get(column),
    ...load(16),
    ...set(high),
    ...[0, 1, 2, 3].flatMap((row) => [
      ...get(a),
      ...loadSplat(4 * row),
      ...set(factor),
      ...accumulate(row, 0),
      ...accumulate(row, 1),
    ]),
    ...advance(a, 16),
    ...advance(column, 32),
    ...countDown(left),
    ...branchIf,
    ...end,
    ...eight.flatMap((k) => [...get(c), ...get(accumulators + k), ...store(16 * k)]),
    ...advance(c, 128),
    ...countDown(panels),
    ...branchIf,
    ...end,
    ...end,
  ]
  const locals = [2, 2, i32, 11, v128]
  const body = [...locals, ...code]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...named('memory'), 2, 0, ...named('multiply'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}
