import { contract } from '../../src/shared/contract'
import type { AppContract } from '../../src/shared/contract'
import { channelOf, type Handlers, type Reply, serve } from '../../src/shared/rpc'

type Answers = { readonly [S in keyof AppContract]?: Partial<Handlers<AppContract>[S]> }

export interface Wire {
  /** Each call that came, in order: its channel and input. */
  readonly calls: (readonly [channel: string, input: unknown])[]
  /** Sends an event as main would. */
  emit(service: keyof AppContract, event: string, payload: unknown): void
}

/**
 * The wire of the window's tests: the real contract served in this process, its data copied as
 * Electron copies it. What `answers` lacks fails as it would in main.
 */
export function connectWire(answers: Answers): Wire {
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const calls: (readonly [string, unknown])[] = []
  const answer = serve(contract, answers as Handlers<AppContract>)
  const bridge = {
    async invoke(channel: string, payload: unknown): Promise<Reply> {
      calls.push([channel, payload])
      return structuredClone(await answer(channel, structuredClone(payload)))
    },
    on(channel: string, listener: (payload: unknown) => void): () => void {
      const known = listeners.get(channel) ?? new Set()
      listeners.set(channel, known.add(listener))
      return () => known.delete(listener)
    },
    announceDrop: async (file: File): Promise<string> => `token of ${file.name}`,
  }
  Object.defineProperty(window, 'semblance', { value: bridge, configurable: true })
  return {
    calls,
    emit(service, event, payload) {
      for (const listener of listeners.get(channelOf(service, event)) ?? []) {
        listener(structuredClone(payload))
      }
    },
  }
}
