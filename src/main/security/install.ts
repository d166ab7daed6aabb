import type { App, IpcMainInvokeEvent, Session, WebContents } from 'electron'
import {
  isNavigationAllowed,
  isRequestAllowed,
  isTrustedOrigin,
  nowhere,
  type SecurityContext,
} from './policy'

/** Shuts every page of the program in, also those that something else would open. */
export function installSecurity(
  app: App,
  context: SecurityContext,
  onRefused: (what: string) => void,
): void {
  app.on('web-contents-created', (_event, contents) => confine(contents, context, onRefused))
}

/** No permissions, no downloads, no spell-checker, no request that leaves the machine. */
export async function confineSession(
  session: Session,
  context: SecurityContext,
  onRefused: (what: string) => void,
): Promise<void> {
  await session.setProxy(nowhere(context))
  session.setPermissionRequestHandler((_contents, permission, decide) => {
    onRefused(`permission ${permission}`)
    decide(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event) => {
    event.preventDefault()
    onRefused('download')
  })
  session.webRequest.onBeforeRequest((details, decide) => {
    const allowed = isRequestAllowed(details.url, context)
    if (!allowed) onRefused(`request ${details.url.slice(0, 200)}`)
    decide({ cancel: !allowed })
  })
}

/** Only the main frame of a page of ours may call main. */
export function isTrustedSender(event: IpcMainInvokeEvent, context: SecurityContext): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isTrustedOrigin(frame.origin, context)
}

function confine(
  contents: WebContents,
  context: SecurityContext,
  onRefused: (what: string) => void,
): void {
  // The policy of contents does not reach WebRTC: without a proxy that takes UDP it sends none.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  const refuseElsewhere = (event: { preventDefault(): void }, address: string): void => {
    if (isNavigationAllowed(address, context)) return
    event.preventDefault()
    onRefused(`navigation to ${address.slice(0, 200)}`)
  }
  contents.on('will-navigate', (event) => refuseElsewhere(event, event.url))
  contents.on('will-frame-navigate', (event) => refuseElsewhere(event, event.url))
  contents.on('will-redirect', (event) => refuseElsewhere(event, event.url))
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
    onRefused('webview')
  })
  contents.setWindowOpenHandler(({ url }) => {
    onRefused(`window ${url.slice(0, 200)}`)
    return { action: 'deny' }
  })
}
