import { randomUUID } from 'node:crypto'
import { AppError } from '../../shared/errors'

/** As many as one drop of pictures may hold. */
const mostWaiting = 10_000

/**
 * Paths that the preload got from real files in a drop. The page learns a token of each and no
 * path, so that a page that was taken over cannot name a folder of its own.
 */
export class DroppedPaths {
  private readonly waiting = new Map<string, string>()

  /** @returns the token that the path can be had for, once */
  announce(path: string): string {
    const [oldest] = this.waiting.keys()
    if (this.waiting.size >= mostWaiting && oldest !== undefined) this.waiting.delete(oldest)
    const token = randomUUID()
    this.waiting.set(token, path)
    return token
  }

  /** @throws AppError forbidden for what no drop announced, and a second time */
  take(token: string): string {
    const path = this.waiting.get(token)
    if (path === undefined) {
      throw new AppError(
        'forbidden',
        'Only a folder that was dropped on the window can be imported.',
      )
    }
    this.waiting.delete(token)
    return path
  }
}
