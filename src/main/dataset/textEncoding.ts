import { likeliestEncoding } from './likeliestEncoding'

/** Text of a file, and how its bytes were read. */
export interface DecodedText {
  readonly text: string
  /** Name by the WHATWG Encoding Standard. */
  readonly encoding: string
  /** Neither a byte order mark nor valid UTF-8 says so: it is the likeliest. */
  readonly isGuessed: boolean
}

/**
 * Reads text as UTF-8 or UTF-16 where mark or bytes say so, or else in the likeliest of the older
 * encodings. No byte becomes U+FFFD, so that different names stay different.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const known = markOf(bytes)
  const text = known === null ? null : decodeWhole(bytes.subarray(known.length), known.encoding)
  if (known !== null && text !== null) {
    return { text, encoding: known.encoding, isGuessed: false }
  }
  for (const encoding of [sixteenBitOrder(bytes), 'utf-8']) {
    const plain = encoding === null ? null : decodeWhole(bytes, encoding)
    if (encoding !== null && plain !== null) return { text: plain, encoding, isGuessed: false }
  }
  for (const encoding of likeliestEncoding(bytes)) {
    const found = decodeWhole(bytes, encoding)
    if (found !== null) return { text: found, encoding, isGuessed: true }
  }
  // Every byte has a character of its own here.
  return {
    text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
    encoding: 'iso-8859-1',
    isGuessed: true,
  }
}

function markOf(bytes: Uint8Array): { readonly encoding: string; readonly length: number } | null {
  const starts = (...mark: readonly number[]) => mark.every((byte, at) => bytes[at] === byte)
  if (starts(0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', length: 3 }
  if (starts(0xff, 0xfe)) return { encoding: 'utf-16le', length: 2 }
  if (starts(0xfe, 0xff)) return { encoding: 'utf-16be', length: 2 }
  return null
}

/** Of text in UTF-16 without a mark every other byte is mostly zero. */
function sixteenBitOrder(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const head = bytes.subarray(0, 4096)
  const zeros = [0, 0]
  head.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2]! += 1
  })
  if (zeros[0]! + zeros[1]! < head.length / 8) return null
  return zeros[0]! > zeros[1]! ? 'utf-16be' : 'utf-16le'
}

/** Null where a byte has no meaning in the encoding. */
function decodeWhole(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
