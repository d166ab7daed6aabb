/** Pure decisions of what the window may load, open and ask for; `install.ts` hooks them up. */

export const bundleScheme = 'app'
export const bundleHost = 'bundle'
const bundleOrigin = `${bundleScheme}://${bundleHost}`
export const bundlePage = `${bundleOrigin}/index.html`
export const pictureScheme = 'image'

export interface SecurityContext {
  /** Packaged programs have no developer tools and no development server. */
  readonly isPackaged: boolean
  /** Address of the development server, or undefined. */
  readonly developmentServer: string | undefined
}

/** Origin of the development server; null where there is none or it must not count. */
export function developmentOrigin(context: SecurityContext): string | null {
  if (context.isPackaged || context.developmentServer === undefined) return null
  const url = parseUrl(context.developmentServer)
  return url !== null && url.protocol === 'http:' ? url.origin : null
}

/**
 * The proxy of everything that Chromium sends by itself, WebRTC's TCP included: a port where nobody
 * listens (discard, RFC 863), also for addresses of this machine, the development server apart.
 */
export function nowhere(context: SecurityContext): {
  readonly mode: 'fixed_servers'
  readonly proxyRules: string
  readonly proxyBypassRules: string
} {
  const origin = developmentOrigin(context)
  const bypass = ['<-loopback>', ...(origin === null ? [] : [new URL(origin).host])]
  return {
    mode: 'fixed_servers',
    proxyRules: 'socks5://127.0.0.1:9',
    proxyBypassRules: bypass.join(';'),
  }
}

/** The page of the window. */
export function pageAddress(context: SecurityContext): string {
  const origin = developmentOrigin(context)
  return origin === null ? bundlePage : `${origin}/index.html`
}

/** Whether a frame of this origin may talk to main: the window's own page and nothing else. */
export function isTrustedOrigin(origin: string, context: SecurityContext): boolean {
  return origin === bundleOrigin || (origin !== '' && origin === developmentOrigin(context))
}

/** Whether the window may go to an address: reloading its own page is all. */
export function isNavigationAllowed(address: string, context: SecurityContext): boolean {
  const url = parseUrl(address)
  if (url === null) return false
  if (url.protocol === `${bundleScheme}:`) {
    return url.host === bundleHost && ['/', '/index.html'].includes(url.pathname)
  }
  return url.origin === developmentOrigin(context)
}

/** Whether a request may leave the window at all. */
export function isRequestAllowed(address: string, context: SecurityContext): boolean {
  const url = parseUrl(address)
  if (url === null) return false
  switch (url.protocol) {
    case `${bundleScheme}:`:
      return url.host === bundleHost
    case `${pictureScheme}:`:
    case 'blob:':
    case 'data:':
      return true
    case 'devtools:':
    case 'chrome-extension:':
      return !context.isPackaged
    case 'http:':
      return url.origin === developmentOrigin(context)
    case 'ws:':
      return `http://${url.host}` === developmentOrigin(context)
    default:
      return false
  }
}

/** Sent with every file of the bundle. No 'unsafe-eval', no 'unsafe-inline'. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  `img-src 'self' ${pictureScheme}: blob:`,
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const bundleHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
}

function parseUrl(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}
