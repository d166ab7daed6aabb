import sharp, { type Metadata, type Sharp } from 'sharp'
import type { PictureNote } from '../../shared/model/importReport'
import { decodeBitmap, readBitmapHeader } from './bitmap'
import {
  contrastOf,
  groundOf,
  leastContrast,
  onGround,
  type RawPixels,
  renderPixels,
} from './rawPixels'
import type { ImageFormat } from './sniff'
import { widestSample, withoutSigns } from './tiffSamples'

/** Longest side of a thumbnail; what a picture looks like is judged at this size. */
export const thumbnailPx = 256
/** Of a file. */
export const maximumBytes = 1_000_000_000
/** 100 megapixels of 16-bit RGBA. */
const maximumDecodedBytes = 800_000_000

/** A picture that takes more memory than one may. */
export class TooLargeError extends Error {}

export interface OpenedPicture {
  /** Upright; with opacity where the file has it. */
  readonly picture: Sharp
  readonly widthPx: number
  readonly heightPx: number
  /** Grey that transparent parts are laid on. */
  readonly ground: number
  /** What was chosen for the person. */
  readonly notes: readonly PictureNote[]
  /** Already rendered at {@link thumbnailPx}, where it had to be looked at. */
  readonly small: RawPixels | null
}

/**
 * Opens a picture of any format that is imported; all of the program sees it in the same way:
 * - of several frames the first that shows something, of several pages the largest where the first
 *   is tiny;
 * - values beyond 16 bits, signed ones and fractions scaled by their range;
 * - laid on white, or on black where it would vanish on white.
 * @param options `isStrict`: a damaged picture is refused, not shown as far as it goes
 * @throws TooLargeError beyond {@link maximumDecodedBytes}; or what the decoder says
 */
export async function openPicture(
  bytes: Buffer,
  format: ImageFormat,
  { isStrict = true }: { readonly isStrict?: boolean } = {},
): Promise<OpenedPicture> {
  if (format === 'bmp') return openBitmap(bytes)
  if (format === 'tiff' && widestSample(bytes) > 32) {
    throw new Error(
      `Its samples have ${widestSample(bytes)} bits; at most 32 are read. Save it with 32-bit values.`,
    )
  }
  const read: ReadPage = (page, from = bytes) =>
    sharp(from, { limitInputPixels: false, failOn: isStrict ? 'error' : 'none', page })
  const readWide: ReadWide = (page, metadata) => scaledByRange(bytes, read, page, metadata)
  const first = await read(0).metadata()
  const chosen = await choosePage(read, readWide, first)
  const { metadata, notes } = chosen
  refuseTooLarge(metadata, format)
  const isWide = wideDepths.has(metadata.depth)
  const picture = isWide ? await readWide(chosen.page, metadata) : read(chosen.page).autoOrient()
  const { autoOrient } = metadata
  return judged(picture, {
    widthPx: autoOrient.width,
    heightPx: autoOrient.height,
    mayBeTransparent: metadata.hasAlpha && !isWide,
    notes: isWide ? [...notes, 'range'] : notes,
    small: chosen.small,
  })
}

/** The limit on memory is our own: a file says its size before it is decoded. */
type ReadPage = (page: number, from?: Buffer) => Sharp
type ReadWide = (page: number, metadata: Metadata) => Promise<Sharp>

function openBitmap(bytes: Buffer): Promise<OpenedPicture> {
  const { widthPx, heightPx } = readBitmapHeader(bytes)
  // Pixels, indices of a palette, and the decoder's copy.
  refuse(widthPx, heightPx, widthPx * heightPx * 7)
  const { pixels, channels } = decodeBitmap(bytes)
  const picture = sharp(pixels, {
    raw: { width: widthPx, height: heightPx, channels },
    limitInputPixels: false,
  })
  const mayBeTransparent = channels === 4
  return judged(picture, { widthPx, heightPx, mayBeTransparent, notes: [], small: null })
}

async function judged(
  picture: Sharp,
  {
    mayBeTransparent,
    ...opened
  }: Omit<OpenedPicture, 'picture' | 'ground'> & { readonly mayBeTransparent: boolean },
): Promise<OpenedPicture> {
  if (!mayBeTransparent) return { ...opened, picture, ground: 255 }
  const small = opened.small ?? (await renderPixels(picture, thumbnailPx))
  const ground = groundOf(small)
  const notes: readonly PictureNote[] = ground === 255 ? opened.notes : [...opened.notes, 'ground']
  return { ...opened, picture, ground, notes, small }
}

function refuseTooLarge(metadata: Metadata, format: ImageFormat): void {
  const { width, height, channels, depth } = metadata
  const pixels = width * height
  if (format !== 'jpeg') {
    // Scaling by range takes three floats a pixel.
    const each = wideDepths.has(depth) ? 12 : channels * (depth === 'uchar' ? 1 : 2)
    return refuse(width, height, pixels * each)
  }
  // Decoded at an eighth of the size where that is enough; a progressive one is held whole.
  const isWhole = metadata.isProgressive
  const samples = metadata.chromaSubsampling === '4:2:0' ? 1.5 : channels
  refuse(width, height, isWhole ? pixels * samples * 2 : (pixels * channels) / 64)
}

function refuse(widthPx: number, heightPx: number, decodedBytes: number): void {
  if (decodedBytes <= maximumDecodedBytes) return
  const megabytes = Math.round(decodedBytes / 1e6).toLocaleString('en-US')
  throw new TooLargeError(
    `${widthPx} x ${heightPx} pixels take ${megabytes} MB decoded; at most ${maximumDecodedBytes / 1e6} MB are read.`,
  )
}

interface ChosenPage {
  readonly page: number
  readonly metadata: Metadata
  readonly notes: readonly PictureNote[]
  readonly small: RawPixels | null
}

/** Frames that are looked at for one that shows something. */
const mostFrames = 24
const mostPages = 64
/** A first page below this share of the largest is a preview. */
const tinyShare = 0.25
/** A frame with so much contrast shows something; a fade begins with less. */
const telling = 32

async function choosePage(
  read: ReadPage,
  readWide: ReadWide,
  first: Metadata,
): Promise<ChosenPage> {
  const alone: ChosenPage = { page: 0, metadata: first, notes: [], small: null }
  const pages = first.pages ?? 1
  if (pages < 2) return alone
  if (first.format === 'tiff') {
    const largest = await largestPage(read, first, pages)
    if (largest !== null) return largest
  }
  let best: ChosenPage & { readonly contrast: number } = { ...alone, contrast: -1 }
  for (let page = 0; page < Math.min(pages, mostFrames); page += 1) {
    const frame = read(page)
    const metadata = page === 0 ? first : await frame.metadata()
    if (page > 0 && areaOf(metadata) < tinyShare * areaOf(first)) continue
    refuseTooLarge(metadata, first.format === 'tiff' ? 'tiff' : 'gif')
    const isWide = wideDepths.has(metadata.depth)
    const picture = isWide ? await readWide(page, metadata) : frame.autoOrient()
    const small = await renderPixels(picture, thumbnailPx)
    const contrast = contrastOf(onGround(small, groundOf(small)))
    if (page === 0 && contrast >= leastContrast) return { ...alone, small }
    if (contrast > best.contrast) {
      best = { page, metadata, notes: page === 0 ? [] : ['frame'], small, contrast }
    }
    if (contrast >= telling) break
  }
  return best
}

/** Null where the first page is not much smaller than another. */
async function largestPage(
  read: ReadPage,
  first: Metadata,
  pages: number,
): Promise<ChosenPage | null> {
  let largest: ChosenPage = { page: 0, metadata: first, notes: [], small: null }
  for (let page = 1; page < Math.min(pages, mostPages); page += 1) {
    const metadata = await read(page).metadata()
    if (areaOf(metadata) > areaOf(largest.metadata)) {
      largest = { page, metadata, notes: ['page'], small: null }
    }
  }
  return areaOf(first) < tinyShare * areaOf(largest.metadata) ? largest : null
}

const areaOf = ({ width, height }: Metadata): number => width * height

const wideDepths: ReadonlySet<string> = new Set(['float', 'double', 'int', 'uint', 'short'])

/** The finite values of a picture spread over black to white; what is no number is black. */
async function scaledByRange(
  bytes: Buffer,
  read: ReadPage,
  page: number,
  metadata: Metadata,
): Promise<Sharp> {
  const { values, info } =
    metadata.depth === 'short'
      ? await signedValues(bytes, read, page, metadata)
      : await fractions(read(page))
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  const range = high - low
  const pixels = new Uint8Array(values.length)
  values.forEach((value: number, at: number) => {
    const share =
      value === Infinity ? 1 : range > 0 && Number.isFinite(value) ? (value - low) / range : 0
    pixels[at] = Math.round(255 * share)
  })
  const { width, height, channels } = info
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
}

async function fractions(picture: Sharp) {
  const { data, info } = await picture
    .autoOrient()
    .removeAlpha()
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  return { values: new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4), info }
}

/** 16 bits with a sign: the decoder clips what is below zero, so it is read without the sign. */
async function signedValues(
  bytes: Buffer,
  read: ReadPage,
  page: number,
  { channels: stored }: Metadata,
) {
  const unsigned = withoutSigns(bytes)
  if (unsigned === null) {
    throw new Error(
      'Its 16-bit values have a sign that is lost. Save it as a TIFF without signs, or with 32-bit values.',
    )
  }
  const { data, info } = await read(page, unsigned)
    .autoOrient()
    .removeAlpha()
    // Otherwise the lower byte would be cut off.
    .toColourspace(stored < 3 ? 'grey16' : 'rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true })
  return { values: new Int16Array(data.buffer, data.byteOffset, data.byteLength / 2), info }
}
