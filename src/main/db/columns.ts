/** Packs and unpacks columns of numbers kept in one BLOB; little-endian like every platform here. */
export function blobOf(column: Uint32Array | Uint8Array | Float32Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength)
}

export function uint32Of(blob: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.from(blob).buffer, 0, blob.length >>> 2)
}

export const uint8Of = (blob: Buffer): Uint8Array => Uint8Array.from(blob)

/** A JSON list for `json_each(?)`: one bound value for any number of ids. */
export const idList = (ids: Uint32Array | readonly number[]): string => `[${ids.join(',')}]`

/** Case-folded and composed, so that a search finds what a person means by the same letters. */
export const searchForm = (text: string): string => text.normalize('NFC').toLowerCase()
