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

const i32 = 0x7f
const v128 = 0x7b
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const tee = (local: number) => [0x22, local]
const constant = (value: number) => [0x41, ...signed(value)]
const add = [0x6a]
const subtract = [0x6b]
const loop = [0x03, 0x40]
const end = [0x0b]
const branchIf = [0x0d, 0]
const load = (offset: number) => [0xfd, 0x00, 4, ...unsigned(offset)]
const loadSplat = (offset: number) => [0xfd, 0x09, 2, ...unsigned(offset)]
const store = (offset: number) => [0xfd, 0x0b, 4, ...unsigned(offset)]
const zero = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const addFloats = [0xfd, 0xe4, 0x01]
const multiplyFloats = [0xfd, 0xe6, 0x01]

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

function advance(local: number, bytes: number): number[] {
  return [...get(local), ...constant(bytes), ...add, ...set(local)]
}

function countDown(local: number): number[] {
  return [...get(local), ...constant(1), ...subtract, ...tee(local)]
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function named(name: string): number[] {
  return [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}
