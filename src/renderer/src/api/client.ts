import { type AppContract, contract } from '../../../shared/contract'
import { type Client, connect, type Reply } from '../../../shared/rpc'

declare global {
  interface Window {
    /** What the preload exposes. */
    readonly semblance: {
      invoke(channel: string, payload: unknown): Promise<Reply>
      on(channel: string, listener: (payload: unknown) => void): () => void
      /** Absolute path of a file that the person dropped; empty where it has none. */
      pathOfDroppedFile(file: File): string
    }
  }
}

/** Everything the window asks of main. The bridge is looked up at each call, never kept. */
export const api: Client<AppContract> = connect(contract, {
  invoke: (channel, payload) => window.semblance.invoke(channel, payload),
  on: (channel, listener) => window.semblance.on(channel, listener),
})

/** Path of a dropped file or folder; main checks it again. */
export const pathOfDroppedFile = (file: File): string => window.semblance.pathOfDroppedFile(file)
