import { channelsOf, type Contract, type Reply } from '../shared/rpc'

/** The wire below the bridge: Electron's in the preload, a recording one in tests. */
export interface BridgeWire {
  invoke(channel: string, payload: unknown): Promise<Reply>
  on(channel: string, listener: (payload: unknown) => void): () => void
  pathOfFile(file: File): string
  /** Tells main of a dropped path, by a channel that the page cannot use; answers its token. */
  announceDrop(path: string): Promise<string>
}

/** What the page sees as `window.semblance`; everything else of Electron stays out of reach. */
export interface SemblanceBridge {
  /** Asks main; refuses a channel that the contract has no call for. */
  invoke(channel: string, payload: unknown): Promise<Reply>
  /** Listens to an event of the contract; the answer ends it. Refuses any other channel. */
  on(channel: string, listener: (payload: unknown) => void): () => void
  /** Token of a dropped file or folder, good for one import; empty where it is not from a disk. */
  announceDrop(file: File): Promise<string>
}

export function createBridge(contract: Contract, wire: BridgeWire): SemblanceBridge {
  const calls = channelsOf(contract, 'call')
  const events = channelsOf(contract, 'event')
  return {
    invoke: async (channel, payload) => {
      if (!calls.has(channel)) throw new Error(`There is no call named ${channel}.`)
      return wire.invoke(channel, payload)
    },
    on: (channel, listener) => {
      if (!events.has(channel)) throw new Error(`There is no event named ${channel}.`)
      return wire.on(channel, listener)
    },
    announceDrop: async (file) => {
      const path = wire.pathOfFile(file)
      return path === '' ? '' : wire.announceDrop(path)
    },
  }
}
