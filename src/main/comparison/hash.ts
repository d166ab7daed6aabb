import { createHash } from 'node:crypto'

/** Names what a figure was computed from. */
export function hash(text: string, ...columns: readonly (Uint32Array | Int32Array)[]): string {
  const state = createHash('sha256').update(text)
  for (const column of columns) {
    state.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  return state.digest('hex').slice(0, 32)
}
