import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { protocol, type Session } from 'electron'
import { bundleHeaders, bundleScheme, pictureScheme } from '../security/policy'
import { resolveBundleFile } from './resolve'

/** Must run before the program is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: bundleScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
    { scheme: pictureScheme, privileges: { standard: true, secure: true } },
  ])
}

export interface ProtocolSources {
  /** The folder of the built window. */
  readonly bundleFolder: string
  /** WebP or PNG bytes of an `image://` address, or null. */
  readPicture(address: string): Promise<Uint8Array | null>
  onError(error: unknown): void
}

export function registerProtocols(session: Session, sources: ProtocolSources): void {
  session.protocol.handle(bundleScheme, async (request) => {
    const file = request.method === 'GET' ? resolveBundleFile(request.url) : null
    if (file === null) return notFound()
    try {
      const bytes = await readFile(join(sources.bundleFolder, ...file.parts))
      return new Response(new Uint8Array(bytes), {
        headers: { ...bundleHeaders, 'Content-Type': file.mediaType },
      })
    } catch {
      return notFound()
    }
  })
  session.protocol.handle(pictureScheme, async (request) => {
    try {
      const bytes = request.method === 'GET' ? await sources.readPicture(request.url) : null
      if (bytes === null) return notFound()
      return new Response(new Uint8Array(bytes), {
        headers: {
          'Content-Type': `image/${isPng(bytes) ? 'png' : 'webp'}`,
          'X-Content-Type-Options': 'nosniff',
          'Content-Security-Policy': "default-src 'none'",
          'Cache-Control': 'private, max-age=60',
        },
      })
    } catch (error) {
      sources.onError(error)
      return notFound()
    }
  })
}

const isPng = (bytes: Uint8Array): boolean => bytes[0] === 0x89 && bytes[1] === 0x50

const notFound = (): Response =>
  new Response(null, { status: 404, headers: { 'X-Content-Type-Options': 'nosniff' } })
