/** Formats that are imported. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif'

export type Sniffed =
  | { readonly kind: 'image'; readonly format: ImageFormat }
  /** A picture in a format that is not read; `name` is for people. */
  | { readonly kind: 'unsupported'; readonly name: string }
  | { readonly kind: 'unknown' }

/** Bytes of a file's beginning that {@link sniff} needs at most. */
export const sniffBytes = 4096

const imageExtensions = new Set(
  'jpg jpeg jpe jfif png apng webp gif bmp dib tif tiff avif svg svgz heic heif jxl jp2 j2k psd ico cur tga exr hdr dds raw dng cr2 cr3 nef arw orf rw2 raf'.split(
    ' ',
  ),
)

/** Whether the name promises a picture; what is inside is {@link sniff}'s to say. */
export function hasImageExtension(fileName: string): boolean {
  const dot = fileName.lastIndexOf('.')
  return dot > 0 && imageExtensions.has(fileName.slice(dot + 1).toLowerCase())
}

/** Recognises a picture by the first bytes of its contents. */
export function sniff(head: Uint8Array): Sniffed {
  const image = (format: ImageFormat): Sniffed => ({ kind: 'image', format })
  const unsupported = (name: string): Sniffed => ({ kind: 'unsupported', name })
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to))
  const starts = (...bytes: readonly number[]) => bytes.every((byte, index) => head[index] === byte)

  if (starts(0xff, 0xd8, 0xff)) return image('jpeg')
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return image('png')
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return image('webp')
  if (/^GIF8[79]a$/.test(text(0, 6))) return image('gif')
  if (text(0, 2) === 'BM' && isBitmapHeader(head)) return image('bmp')
  if (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a)) return image('tiff')
  if (starts(0x49, 0x49, 0x2b, 0) || starts(0x4d, 0x4d, 0, 0x2b)) return image('tiff')
  if (text(4, 8) === 'ftyp') {
    const length = Math.min(128, ((head[2] ?? 0) << 8) | (head[3] ?? 0))
    const brands = text(8, length)
    if (/avi[fs]/.test(brands)) return image('avif')
    if (/hei[cxms]|hev[cxms]|mif1|msf1/.test(brands)) return unsupported('HEIC')
    if (brands.startsWith('crx ')) return unsupported('camera raw')
    return { kind: 'unknown' }
  }
  if (starts(0xff, 0x0a) || text(4, 8) === 'JXL ') return unsupported('JPEG XL')
  if (text(4, 8) === 'jP  ' || starts(0xff, 0x4f, 0xff, 0x51)) return unsupported('JPEG 2000')
  if (text(0, 4) === '8BPS') return unsupported('Photoshop')
  if (text(0, 4) === 'DDS ') return unsupported('DDS')
  if (starts(0x76, 0x2f, 0x31, 0x01)) return unsupported('OpenEXR')
  if (text(0, 10) === '#?RADIANCE') return unsupported('Radiance HDR')
  if (starts(0, 0, 1, 0) || starts(0, 0, 2, 0)) return unsupported('icon')
  if (isSvg(head)) return unsupported('SVG')
  return { kind: 'unknown' }
}

function isBitmapHeader(head: Uint8Array): boolean {
  const size = head[14]
  return head[15] === 0 && size !== undefined && [12, 16, 40, 52, 56, 64, 108, 124].includes(size)
}

function isSvg(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8')
  return /^\uFEFF?\s*</.test(text) && /<svg[\s>]/i.test(text)
}
