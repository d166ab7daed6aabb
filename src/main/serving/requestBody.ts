import * as v from 'valibot'
import { badRequest, HttpError } from './httpError'
import type { SentPicture } from './pictureIntake'

export interface RequestLimits {
  /** Pictures of one request. */
  readonly pictures: number
  /** Images that a search names. */
  readonly top: number
}

/** What a request says beside its pictures. */
interface Asked {
  readonly falseAccept?: number | undefined
  readonly top?: number | undefined
}

export interface PicturesAsked extends Asked {
  readonly pictures: readonly SentPicture[]
  /** The body is the picture itself, so that one answer is all there can be. */
  readonly isBare: boolean
}

export interface ExamplesAsked extends Asked {
  readonly like: readonly SentPicture[]
  readonly unlike: readonly SentPicture[]
}

const name = v.pipe(v.string(), v.maxLength(4096))
const picture = v.strictObject({ name: v.exactOptional(name), base64: v.string() })
const falseAccept = v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)))

/** @param parameters of the address, which a body that is a picture has no place for */
export function picturesAsked(
  body: Buffer,
  contentType: string | undefined,
  parameters: URLSearchParams,
  limits: RequestLimits,
): PicturesAsked {
  const isBare = kindOf(contentType) === 'picture'
  if (isBare) {
    const asked = parsed(
      v.strictObject({ name: v.exactOptional(name), falseAccept }),
      ofParameters(parameters),
      'The address',
    )
    return { pictures: [bare(body, asked.name)], isBare, falseAccept: asked.falseAccept }
  }
  onlyInBody(parameters)
  const list = v.pipe(v.array(picture), v.minLength(1), v.maxLength(limits.pictures))
  const asked = parsed(v.strictObject({ pictures: list, falseAccept }), ofJson(body), 'The body')
  return { pictures: picturesOf(asked.pictures), isBare, falseAccept: asked.falseAccept }
}

export function examplesAsked(
  body: Buffer,
  contentType: string | undefined,
  parameters: URLSearchParams,
  limits: RequestLimits,
): ExamplesAsked {
  const top = v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.top)),
  )
  if (kindOf(contentType) === 'picture') {
    const asked = parsed(
      v.strictObject({ name: v.exactOptional(name), top }),
      ofParameters(parameters),
      'The address',
    )
    return { like: [bare(body, asked.name)], unlike: [], top: asked.top }
  }
  onlyInBody(parameters)
  const schema = v.strictObject({
    like: v.pipe(v.array(picture), v.minLength(1), v.maxLength(limits.pictures)),
    unlike: v.exactOptional(v.pipe(v.array(picture), v.maxLength(limits.pictures))),
    top,
  })
  const { like, unlike = [], top: asked } = parsed(schema, ofJson(body), 'The body')
  if (like.length + unlike.length > limits.pictures) throw tooMany(limits.pictures)
  return { like: picturesOf(like), unlike: picturesOf(unlike), top: asked }
}

function kindOf(contentType: string | undefined): 'json' | 'picture' {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  if (type === 'application/octet-stream' || type.startsWith('image/')) return 'picture'
  throw new HttpError(
    415,
    'unknownContentType',
    `${type === '' ? 'The Content-Type is missing' : `"${type.slice(0, 100)}" is not taken`}. Send application/json with pictures in base64, or one picture as image/* or application/octet-stream.`,
  )
}

function onlyInBody(parameters: URLSearchParams): void {
  if (parameters.size === 0) return
  throw badRequest(
    'parametersInAddress',
    'With application/json, everything that is asked stands in the body, nothing behind a "?".',
  )
}

function bare(bytes: Buffer, given = 'picture'): SentPicture {
  if (bytes.length === 0) throw badRequest('bodyEmpty', 'The body is empty. Send a picture in it.')
  return { name: given, bytes }
}

const picturesOf = (list: readonly v.InferOutput<typeof picture>[]): SentPicture[] =>
  list.map(({ name: given, base64 }, i) => {
    const text = base64.trimEnd()
    if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
      throw badRequest(
        'notBase64',
        `Picture ${i + 1} is not base64 (RFC 4648, with padding, without "data:" in front).`,
      )
    }
    return { name: given ?? `picture ${i + 1}`, bytes: Buffer.from(text, 'base64') }
  })

function ofParameters(parameters: URLSearchParams): Record<string, unknown> {
  const asked: Record<string, unknown> = {}
  for (const [key, value] of parameters) {
    if (key in asked) throw badRequest('parameterTwice', `The address names "${key}" twice.`)
    asked[key] = key === 'name' ? value : value.trim() === '' ? NaN : Number(value)
  }
  return asked
}

function ofJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw badRequest('notJson', 'The body is not JSON in UTF-8.')
  }
}

const tooMany = (most: number): HttpError =>
  new HttpError(413, 'tooManyPictures', `At most ${most} pictures in one request. Send several.`)

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  given: unknown,
  what: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given)
  if (result.success) return result.output
  const [issue] = result.issues
  const place = v.getDotPath(issue) ?? ''
  if (issue.type === 'max_length' && /^(pictures|like|unlike)$/.test(place)) {
    throw tooMany((issue as { requirement?: number }).requirement ?? 0)
  }
  throw badRequest(
    'notUnderstood',
    `${what} is not understood${place === '' ? '' : ` at "${place.slice(0, 200)}"`}: ${issue.message.slice(0, 300)}. docs/server.md says what there is.`,
  )
}
