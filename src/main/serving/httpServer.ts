import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { AppError, errnoOf } from '../../shared/errors'
import { checkHost, checkToken } from './guard'
import { HttpError } from './httpError'
import type { Operations } from './operations'
import { type BodyLimits, readBody } from './readBody'
import { examplesAsked, picturesAsked, type RequestLimits } from './requestBody'

export interface ServerOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  readonly token: string
  readonly operations: Operations
  readonly limits: BodyLimits & RequestLimits & { readonly requestsAtOnce: number }
  /** Hears of faults that are none of a client's. */
  readonly onFault: (message: string) => void
}

export interface RunningServer {
  readonly url: string
  /** Takes nothing new, and ends what is on within that time. */
  close(withinMs: number): Promise<void>
}

const headMs = 10_000
const idleMs = 120_000
const mostConnections = 256

/** @throws AppError openFailed where the address cannot be listened on */
export async function startHttpServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, onFault } = options
  let atOnce = 0
  let isEnding = false

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<object> => {
    checkHost(request, host)
    const { pathname, searchParams } = addressOf(request)
    if (pathname === '/health') {
      requireMethod(request, 'GET')
      return { status: 'ok' }
    }
    checkToken(request, options.token)
    if (pathname === '/v1/info') {
      requireMethod(request, 'GET')
      return options.operations.info()
    }
    const answering = routes[pathname]
    if (answering === undefined) {
      throw new HttpError(404, 'notFound', `There is ${known}, and nothing else.`)
    }
    requireMethod(request, 'POST')
    if (isEnding) throw new HttpError(503, 'ending', 'The server is ending.', lastAnswer)
    if (atOnce >= options.limits.requestsAtOnce) {
      throw new HttpError(
        503,
        'tooBusy',
        `${atOnce} requests are on already. Ask again in a moment.`,
        { 'retry-after': '1', ...lastAnswer },
      )
    }
    atOnce++
    try {
      // Only now, so that nobody sends a body that is then refused.
      if (request.headers.expect !== undefined) response.writeContinue()
      const body = await readBody(request, options.limits)
      return await answering(body, request.headers['content-type'], searchParams)
    } finally {
      atOnce--
    }
  }

  const { operations, limits } = options
  const routes: Readonly<Record<string, Route>> = Object.assign(
    Object.create(null) as Record<string, Route>,
    {
      '/v1/embed': (...body) => operations.embed(picturesAsked(...body, limits)),
      '/v1/predict': (...body) => operations.predict(picturesAsked(...body, limits)),
      '/v1/search': (...body) => operations.search(examplesAsked(...body, limits)),
    } satisfies Record<string, Route>,
  )
  const known = ['GET /health', 'GET /v1/info', ...Object.keys(routes).map((at) => `POST ${at}`)]
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' and ')

  const server = createServer(
    { headersTimeout: headMs, requestTimeout: 0, keepAliveTimeout: 5000 },
    (request, response) => {
      void answer(request, response).then(
        (value) => send(request, response, 200, value, isEnding ? lastAnswer : {}),
        (error: unknown) => {
          const failure = asHttpError(error)
          if (failure.status === 500) onFault(failure.message)
          const { status, code, message, headers } = failure
          send(request, response, status, { error: { code, message } }, headers)
        },
      )
    },
  )
  server.timeout = idleMs
  server.maxConnections = mostConnections
  server.on('checkContinue', (...asked) => server.emit('request', ...asked))
  server.on('clientError', refuseMalformed)
  await listen(server, port, host)
  const { port: own, address, family } = server.address() as AddressInfo
  const shown = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return {
    url: `http://${family === 'IPv6' ? `[${shown}]` : shown}:${own}`,
    close: (withinMs) =>
      new Promise((resolve) => {
        isEnding = true
        const timer = setTimeout(() => server.closeAllConnections(), withinMs)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

type Route = (
  body: Buffer,
  contentType: string | undefined,
  parameters: URLSearchParams,
) => Promise<object>

/** The rest of what the client sends is not read. */
const lastAnswer = { connection: 'close' }

function addressOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://localhost')
  } catch {
    throw new HttpError(400, 'addressMalformed', 'The address cannot be read.')
  }
}

function requireMethod({ method }: IncomingMessage, wanted: string): void {
  if (method === wanted) return
  throw new HttpError(405, 'wrongMethod', `Ask with ${wanted}, not ${method ?? ''}.`, {
    allow: wanted,
  })
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new HttpError(500, error instanceof AppError ? error.code : 'internal', message)
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = Buffer.from(JSON.stringify(value))
  // What was refused before its body came is not waited for.
  const rest: Record<string, string> = request.complete ? {} : lastAnswer
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': text.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...rest,
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}

/** What is no HTTP, or a head that does not end. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || errnoOf(error) === 'ECONNRESET') return void socket.destroy()
  const [status, title] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request']
  const text = JSON.stringify({
    error: { code: 'malformed', message: `${title}: this is no request of HTTP that can be read.` },
  })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = error.message
      reject(
        new AppError(
          'openFailed',
          `The server cannot listen on ${host}, port ${port} (${reason}). Choose another with --port, or --port 0 for any that is free.`,
          { host, port },
          error,
        ),
      )
    })
    server.listen(port, host, resolve)
  })
}
