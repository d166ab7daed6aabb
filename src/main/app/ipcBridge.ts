import { type BrowserWindow, ipcMain } from 'electron'
import { contract } from '../../shared/contract'
import { serializeError, AppError } from '../../shared/errors'
import { channelsOf, emitterOf, type Reply } from '../../shared/rpc'
import { dropChannel } from '../../shared/dropChannel'
import type { DroppedPaths } from '../security/droppedPaths'
import { isTrustedSender } from '../security/install'
import type { SecurityContext } from '../security/policy'

/** Answers every call of the contract, to the window's own main frame alone. */
export function answerCalls(
  context: SecurityContext,
  answer: (channel: string, payload: unknown) => Promise<Reply>,
  onRefused: (what: string) => void,
): void {
  for (const channel of channelsOf(contract, 'call')) {
    ipcMain.handle(channel, (event, payload: unknown): Promise<Reply> | Reply => {
      if (isTrustedSender(event, context)) return answer(channel, payload)
      onRefused(`call ${channel}`)
      const error = new AppError('forbidden', 'Only the window of the program may ask for this.')
      return { ok: false, error: serializeError(error) }
    })
  }
}

/** Takes from the preload what was dropped, of the window's own main frame alone. */
export function answerDrops(
  context: SecurityContext,
  dropped: DroppedPaths,
  onRefused: (what: string) => void,
): void {
  ipcMain.handle(dropChannel, (event, path: unknown): string => {
    if (isTrustedSender(event, context) && typeof path === 'string') return dropped.announce(path)
    onRefused('drop')
    return ''
  })
}

/** Sends events to the window that is there at the moment; to nobody while there is none. */
export const emitterTo = (window: () => BrowserWindow | null) =>
  emitterOf(contract, (channel, payload) => {
    const target = window()
    if (target === null || target.isDestroyed() || target.webContents.isCrashed()) return
    target.webContents.send(channel, payload)
  })
