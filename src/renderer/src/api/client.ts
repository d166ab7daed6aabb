import { type AppContract, contract } from '../../../shared/contract'
import { type Client, connect, type Reply } from '../../../shared/rpc'

declare global {
  interface Window {
    /** What the preload exposes. */
    readonly semblance: {
      invoke(channel: string, payload: unknown): Promise<Reply>
      on(channel: string, listener: (payload: unknown) => void): () => void
      /** Token of what the person dropped, good for one import; empty where it has no path. */
      announceDrop(file: File): Promise<string>
    }
  }
}

/** Everything the window asks of main. The bridge is looked up at each call, never kept. */
export const api: Client<AppContract> = connect(contract, {
  invoke: (channel, payload) => window.semblance.invoke(channel, payload),
  on: (channel, listener) => window.semblance.on(channel, listener),
})

/** Token of a dropped file or folder; only the preload and main know the path. */
export const announceDrop = (file: File): Promise<string> => window.semblance.announceDrop(file)
