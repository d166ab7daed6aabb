import { isAbsolute, relative, sep } from 'node:path'
import * as v from 'valibot'
import {
  type AugmentationPolicy,
  greatestOfPolicy,
  variedParameter,
} from '../../shared/model/augmentation'
import { bundleHost, bundleScheme, pictureScheme } from '../security/policy'

/** Media types of the files a built window consists of; nothing else is served. */
const mediaTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  woff2: 'font/woff2',
  png: 'image/png',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
}

export interface BundleFile {
  /** Parts of the path below the bundle's folder. */
  readonly parts: readonly string[]
  readonly mediaType: string
}

/** Which file of the bundle an `app://` address means; null for anything doubtful. */
export function resolveBundleFile(address: string): BundleFile | null {
  const url = parseUrl(address)
  if (url === null || url.protocol !== `${bundleScheme}:` || url.host !== bundleHost) return null
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return null
  }
  const parts = (path === '/' ? '/index.html' : path).slice(1).split('/')
  if (parts.some((part) => !/^[\w.@ -]+$/.test(part) || /^\.+$/.test(part))) return null
  const mediaType = mediaTypes[/\.([a-z0-9]+)$/.exec(parts.at(-1) ?? '')?.[1] ?? '']
  return mediaType === undefined ? null : { parts, mediaType }
}

export interface PictureAddress {
  readonly datasetId: number
  readonly imageId: number
  readonly size: keyof typeof pictureSizes
  /** `imageId` is the number of a picture that was asked about and is not of the set. */
  readonly isAsked: boolean
  /** A version of it as a training sees it, instead of the picture itself. */
  readonly varied?: VariedAddress
}

interface VariedAddress {
  readonly policy: AugmentationPolicy
  readonly seed: number
  readonly version: number
  readonly sidePx: number
}

const upTo = (most: number) => v.pipe(v.number(), v.minValue(0), v.maxValue(most))
const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))
const variedAddress: v.GenericSchema<unknown, VariedAddress> = v.strictObject({
  policy: v.strictObject({
    shift: upTo(greatestOfPolicy.shift),
    crop: upTo(greatestOfPolicy.crop),
    rotate: upTo(greatestOfPolicy.rotate),
    flip: v.boolean(),
    light: upTo(greatestOfPolicy.light),
    colour: upTo(greatestOfPolicy.colour),
    blur: upTo(greatestOfPolicy.blur),
    erase: upTo(greatestOfPolicy.erase),
  }),
  seed: whole(0, 2 ** 31 - 1),
  version: whole(0, 63),
  sidePx: whole(16, 512),
})

/** How an address writes each size. */
const pictureSizes = { thumbnail: '256', full: 'full', original: 'original' } as const

/**
 * Reads `image://picture/<datasetId>/<imageId>?size=256|full|original`, `image://asked` for a picture
 * that was asked about, or with `varied=` and JSON a
 * version as training sees it; null for anything else.
 */
export function resolvePicture(address: string): PictureAddress | null {
  const url = parseUrl(address)
  if (url === null || url.protocol !== `${pictureScheme}:`) return null
  if (url.host !== 'picture' && url.host !== 'asked') return null
  const isAsked = url.host === 'asked'
  const match = /^\/([1-9]\d{0,9})\/([1-9]\d{0,9})$/.exec(url.pathname)
  if (match === null) return null
  const written = url.searchParams.get('size') ?? pictureSizes.thumbnail
  const size = (['thumbnail', 'full', 'original'] as const).find(
    (known) => pictureSizes[known] === written,
  )
  if (size === undefined) return null
  const [datasetId, imageId] = [Number(match[1]), Number(match[2])]
  if (datasetId > 2 ** 31 - 1 || imageId > 2 ** 31 - 1) return null
  const text = url.searchParams.get(variedParameter)
  if (text === null) return { datasetId, imageId, size, isAsked }
  if (isAsked) return null
  const varied = parseVaried(text)
  return varied === null ? null : { datasetId, imageId, size, isAsked, varied }
}

/** Whether `file` lies strictly below `root`; both resolved to their real paths before. */
export function isInside(root: string, file: string): boolean {
  const path = relative(root, file)
  return path !== '' && !isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`)
}

function parseVaried(text: string): VariedAddress | null {
  try {
    const parsed = v.safeParse(variedAddress, JSON.parse(text))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}

function parseUrl(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}
