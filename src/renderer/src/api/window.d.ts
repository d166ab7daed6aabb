import type { Reply } from '../../../shared/rpc'

declare global {
  interface Window {
    /** What the preload exposes; absent only where the page runs outside the program. */
    readonly semblance: {
      invoke(channel: string, payload: unknown): Promise<Reply>
      on(channel: string, listener: (payload: unknown) => void): () => void
      /** Absolute path of a file that the person dropped; empty where it has none. */
      pathOfDroppedFile(file: File): string
    }
  }
}
