/** Pixels of a decoded bitmap, rows from the top, `channels` bytes a pixel. */
export interface Bitmap {
  readonly widthPx: number
  readonly heightPx: number
  readonly channels: 3 | 4
  readonly pixels: Uint8Array
}

export interface BitmapHeader {
  readonly widthPx: number
  readonly heightPx: number
}

interface Layout extends BitmapHeader {
  readonly headerSize: number
  readonly topDown: boolean
  readonly bitsPerPixel: number
  readonly compression: number
  readonly pixelOffset: number
  readonly palette: Uint8Array
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number] | null
}

const compressions = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const

/** Size of a Windows or OS/2 bitmap. Throws where the header is not one. */
export function readBitmapHeader(file: Buffer): BitmapHeader {
  const { widthPx, heightPx } = readLayout(file)
  return { widthPx, heightPx }
}

/**
 * Decodes a Windows or OS/2 bitmap of 1, 4, 8, 16, 24 or 32 bits, uncompressed, with bit fields or
 * run-length encoded (Microsoft, "Bitmap Storage"). Throws with the reason where it is damaged.
 */
export function decodeBitmap(file: Buffer): Bitmap {
  const layout = readLayout(file)
  const { compression, bitsPerPixel } = layout
  if (compression === compressions.rle8 || compression === compressions.rle4) {
    return decodeRuns(file, layout)
  }
  // Before memory is taken for it.
  rowOffset(file, layout, layout.topDown ? layout.heightPx - 1 : 0)
  return bitsPerPixel <= 8 ? decodeIndexed(file, layout) : decodeDirect(file, layout)
}

function readLayout(file: Buffer): Layout {
  if (file.length < 26 || file.toString('latin1', 0, 2) !== 'BM') throw new Error('not a bitmap')
  const headerSize = file.readUInt32LE(14)
  const isCore = headerSize === 12
  if (file.length < 14 + headerSize) throw new Error('the header is cut off')
  const widthPx = isCore ? file.readUInt16LE(18) : file.readInt32LE(18)
  const signedHeight = isCore ? file.readUInt16LE(20) : file.readInt32LE(22)
  const heightPx = Math.abs(signedHeight)
  const bitsPerPixel = file.readUInt16LE(isCore ? 24 : 28)
  const compression = headerSize >= 40 ? file.readUInt32LE(30) : compressions.none
  if (widthPx <= 0 || heightPx === 0) throw new Error(`the size ${widthPx}x${heightPx} is not one`)
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) {
    throw new Error(`${bitsPerPixel} bits a pixel are not supported`)
  }
  const isRunLength = compression === compressions.rle8 || compression === compressions.rle4
  const hasFields =
    compression === compressions.bitFields || compression === compressions.alphaBitFields
  if (!isRunLength && !hasFields && compression !== compressions.none) {
    throw new Error(`compression ${compression} is not supported`)
  }
  if (isRunLength && bitsPerPixel !== (compression === compressions.rle8 ? 8 : 4)) {
    throw new Error('the run-length compression does not fit the bits a pixel')
  }
  const pixelOffset = file.readUInt32LE(10)
  const masksSize = hasFields && headerSize === 40 ? (compression === 6 ? 16 : 12) : 0
  const paletteOffset = 14 + headerSize + masksSize
  return {
    headerSize,
    widthPx,
    heightPx,
    topDown: signedHeight < 0,
    bitsPerPixel,
    compression,
    pixelOffset,
    palette:
      bitsPerPixel <= 8
        ? readPalette(file, paletteOffset, pixelOffset, isCore ? 3 : 4, bitsPerPixel)
        : new Uint8Array(0),
    masks: hasFields ? readMasks(file, headerSize, compression) : null,
  }
}

/** Red, green, blue of 2^bits colours; those that the file lacks are black. */
function readPalette(
  file: Buffer,
  from: number,
  to: number,
  entrySize: number,
  bitsPerPixel: number,
): Uint8Array {
  const count = 1 << bitsPerPixel
  const palette = new Uint8Array(count * 3)
  for (let entry = 0; entry < count; entry += 1) {
    const at = from + entry * entrySize
    if (at + 3 > Math.min(to, file.length)) break
    palette[entry * 3] = file[at + 2]!
    palette[entry * 3 + 1] = file[at + 1]!
    palette[entry * 3 + 2] = file[at]!
  }
  return palette
}

function readMasks(file: Buffer, headerSize: number, compression: number): Layout['masks'] {
  if (file.length < 66) throw new Error('the colour masks are cut off')
  const hasAlpha = headerSize >= 56 || compression === compressions.alphaBitFields
  const alpha = hasAlpha && file.length >= 70 ? file.readUInt32LE(66) : 0
  return [file.readUInt32LE(54), file.readUInt32LE(58), file.readUInt32LE(62), alpha]
}

/** Offset of a row's first byte; the file's rows go upwards unless said otherwise. */
function rowOffset(file: Buffer, layout: Layout, row: number): number {
  const stride = Math.floor((layout.widthPx * layout.bitsPerPixel + 31) / 32) * 4
  const stored = layout.topDown ? row : layout.heightPx - 1 - row
  const offset = layout.pixelOffset + stored * stride
  const needed = Math.ceil((layout.widthPx * layout.bitsPerPixel) / 8)
  if (offset + needed > file.length) throw new Error('the pixels are cut off')
  return offset
}

function decodeIndexed(file: Buffer, layout: Layout): Bitmap {
  const { widthPx, heightPx, bitsPerPixel, palette } = layout
  const pixels = new Uint8Array(widthPx * heightPx * 3)
  const perByte = 8 / bitsPerPixel
  const mask = (1 << bitsPerPixel) - 1
  let target = 0
  for (let row = 0; row < heightPx; row += 1) {
    const offset = rowOffset(file, layout, row)
    for (let column = 0; column < widthPx; column += 1) {
      const byte = file[offset + Math.floor(column / perByte)]!
      const shift = 8 - bitsPerPixel * ((column % perByte) + 1)
      target = putColor(pixels, target, palette, (byte >> shift) & mask)
    }
  }
  return { widthPx, heightPx, channels: 3, pixels }
}

function putColor(pixels: Uint8Array, at: number, palette: Uint8Array, index: number): number {
  pixels[at] = palette[index * 3]!
  pixels[at + 1] = palette[index * 3 + 1]!
  pixels[at + 2] = palette[index * 3 + 2]!
  return at + 3
}

function decodeDirect(file: Buffer, layout: Layout): Bitmap {
  const { widthPx, heightPx, bitsPerPixel } = layout
  if (bitsPerPixel === 24 || layout.masks === null) {
    if (bitsPerPixel !== 16) return decodeBytes(file, layout)
  }
  const masks = layout.masks ?? ([0x7c00, 0x03e0, 0x001f, 0] as const)
  const fields = masks.map(fieldOf)
  const hasAlpha = masks[3] !== 0
  const channels = hasAlpha ? 4 : 3
  const pixels = new Uint8Array(widthPx * heightPx * channels)
  const bytes = bitsPerPixel / 8
  let target = 0
  for (let row = 0; row < heightPx; row += 1) {
    const offset = rowOffset(file, layout, row)
    for (let column = 0; column < widthPx; column += 1) {
      const value = file.readUIntLE(offset + column * bytes, bytes)
      for (let channel = 0; channel < channels; channel += 1) {
        const { mask, shift, maximum } = fields[channel]!
        const part = ((value & mask) >>> 0) / shift
        pixels[target] = maximum === 0 ? 0 : Math.round((part * 255) / maximum)
        target += 1
      }
    }
  }
  return { widthPx, heightPx, channels, pixels }
}

/** `shift` is the power of two to divide by, `maximum` the greatest value after it. */
function fieldOf(mask: number): { mask: number; shift: number; maximum: number } {
  if (mask === 0) return { mask, shift: 1, maximum: 0 }
  const shift = (mask & -mask) >>> 0
  return { mask, shift, maximum: Math.floor(mask / shift) }
}

/** 24 bits, or 32 bits whose fourth byte means nothing. */
function decodeBytes(file: Buffer, layout: Layout): Bitmap {
  const { widthPx, heightPx, bitsPerPixel } = layout
  const pixels = new Uint8Array(widthPx * heightPx * 3)
  const bytes = bitsPerPixel / 8
  let target = 0
  for (let row = 0; row < heightPx; row += 1) {
    let source = rowOffset(file, layout, row)
    for (let column = 0; column < widthPx; column += 1) {
      pixels[target] = file[source + 2]!
      pixels[target + 1] = file[source + 1]!
      pixels[target + 2] = file[source]!
      target += 3
      source += bytes
    }
  }
  return { widthPx, heightPx, channels: 3, pixels }
}

/** Run-length encoding with 8 or 4 bits a pixel; pixels that no run names take colour 0. */
function decodeRuns(file: Buffer, layout: Layout): Bitmap {
  const { widthPx, heightPx, palette } = layout
  const isNibbles = layout.bitsPerPixel === 4
  const indices = new Uint8Array(widthPx * heightPx)
  let at = layout.pixelOffset
  let column = 0
  let row = 0
  const next = () => {
    const byte = file[at]
    if (byte === undefined) throw new Error('the pixels are cut off')
    at += 1
    return byte
  }
  const put = (index: number) => {
    if (column < widthPx && row < heightPx) {
      const line = layout.topDown ? row : heightPx - 1 - row
      indices[line * widthPx + column] = index
    }
    column += 1
  }
  const nibble = (byte: number, position: number) =>
    isNibbles ? (position % 2 === 0 ? byte >> 4 : byte & 15) : byte
  while (row < heightPx) {
    const count = next()
    const value = next()
    if (count > 0) {
      // What a run has beyond the edge costs nothing.
      const shown = Math.min(count, Math.max(0, widthPx - column))
      for (let index = 0; index < shown; index += 1) put(nibble(value, index))
      column += count - shown
    } else if (value === 0) {
      column = 0
      row += 1
    } else if (value === 1) {
      break
    } else if (value === 2) {
      column += next()
      row += next()
    } else {
      let byte = 0
      for (let index = 0; index < value; index += 1) {
        if (!isNibbles || index % 2 === 0) byte = next()
        put(nibble(byte, index))
      }
      const bytes = isNibbles ? Math.ceil(value / 2) : value
      if (bytes % 2 === 1) at += 1
    }
  }
  const pixels = new Uint8Array(widthPx * heightPx * 3)
  let target = 0
  for (const index of indices) target = putColor(pixels, target, palette, index)
  return { widthPx, heightPx, channels: 3, pixels }
}
