/**
 * WebAssembly in its binary format (Core Specification 2.0, chapter 5), as far as the kernels that
 * are assembled here byte by byte need it.
 */
export const i32 = 0x7f
export const v128 = 0x7b
export const get = (local: number): number[] => [0x20, local]
export const set = (local: number): number[] => [0x21, local]
export const tee = (local: number): number[] => [0x22, local]
const constant = (value: number): number[] => [0x41, ...signed(value)]
export const add = [0x6a]
const subtract = [0x6b]
export const loop = [0x03, 0x40]
export const end = [0x0b]
/** To the beginning of the innermost loop. */
export const branchIf = [0x0d, 0]
export const load = (offset: number): number[] => [0xfd, 0x00, 4, ...unsigned(offset)]
export const zero = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
export const addFloats = [0xfd, 0xe4, 0x01]
export const multiplyFloats = [0xfd, 0xe6, 0x01]

export function advance(local: number, bytes: number): number[] {
  return [...get(local), ...constant(bytes), ...add, ...set(local)]
}

/** Leaves what is left on the stack. */
export function countDown(local: number, by = 1): number[] {
  return [...get(local), ...constant(by), ...subtract, ...tee(local)]
}

export function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

/** @param name ASCII, shorter than 128 */
export function named(name: string): number[] {
  return [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))]
}

/** LEB128. */
export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}
