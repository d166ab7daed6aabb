import type { IncomingMessage } from 'node:http'
import { HttpError } from './httpError'

export interface BodyLimits {
  readonly bodyBytes: number
  /** For the whole body. */
  readonly bodyMs: number
}

/** @throws HttpError 408 where it comes too slowly, 413 where it is too long, 400 where it ends early */
export function readBody(
  request: IncomingMessage,
  { bodyBytes, bodyMs }: BodyLimits,
): Promise<Buffer> {
  const tooLarge = () =>
    new HttpError(
      413,
      'bodyTooLarge',
      `The body is larger than the ${megabytes(bodyBytes)} that the server takes. Send fewer or smaller pictures, or start it with a larger --body-limit.`,
      { connection: 'close' },
    )
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) return Promise.reject(tooLarge())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const settle = (end: () => void) => {
      clearTimeout(timer)
      request.removeAllListeners('data')
      end()
    }
    const fail = (error: HttpError) => settle(() => reject(error))
    const timer = setTimeout(
      () =>
        fail(
          new HttpError(
            408,
            'bodyTooSlow',
            `The body did not arrive within ${bodyMs / 1000} s. Send it faster, or in smaller parts.`,
            { connection: 'close' },
          ),
        ),
      bodyMs,
    )
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > bodyBytes) return fail(tooLarge())
      chunks.push(chunk)
    })
    request.on('end', () => settle(() => resolve(Buffer.concat(chunks))))
    const cutOff = () =>
      fail(new HttpError(400, 'bodyCutOff', 'The body ended early.', { connection: 'close' }))
    request.on('error', cutOff)
    request.on('aborted', cutOff)
  })
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
