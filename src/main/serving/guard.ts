import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { HttpError } from './httpError'

/**
 * A page of the web may let a name of its own point to this machine (DNS rebinding): only
 * addresses, `localhost` and the host that was asked for are answered to.
 * @throws HttpError 403
 */
export function checkHost({ headers, socket }: IncomingMessage, ownHost: string): void {
  const match = /^(\[[0-9a-f:.%]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(headers.host ?? '')
  const name = match?.[1]?.replace(/^\[|\]$/g, '').toLowerCase()
  const isOurs =
    name !== undefined &&
    (isIP(name) !== 0 || name === 'localhost' || name === ownHost.toLowerCase()) &&
    Number(match?.[2] ?? 80) === socket.localPort
  if (isOurs) return
  throw new HttpError(
    403,
    'wrongHost',
    'The Host header names another machine. Ask by the address that the server printed.',
  )
}

/**
 * Compared in constant time, by hashes, as the length is nobody's business either.
 * @throws HttpError 401
 */
export function checkToken({ headers }: IncomingMessage, token: string): void {
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (given !== undefined && timingSafeEqual(hashOf(given), hashOf(token))) return
  throw new HttpError(
    401,
    given === undefined ? 'tokenMissing' : 'tokenWrong',
    `${given === undefined ? 'The token is missing' : 'That is not the token'}. Send the one that the server printed at its start: "Authorization: Bearer TOKEN".`,
    { 'www-authenticate': 'Bearer' },
  )
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
