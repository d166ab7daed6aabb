import { createServer, type Socket } from 'node:net'
import { FrameReader } from './frames'

/** Proves that who connects is the process that was started for it. */
export const tokenVariable = 'SEMBLANCE_PROCESS_TOKEN'

/** First of a connection: a second one only tells of its end. */
export interface Greeting {
  readonly token: string | undefined
  readonly isWatch: boolean
}

/**
 * Listens for the two connections of one started process: that of its answers, and that by which it
 * hears the end of this thread also where it hangs. Nobody else is let in.
 */
export function awaitProcess(
  { address, token }: { readonly address: string; readonly token: string },
  on: {
    listening(): void
    /** Both connections are there. */
    connected(socket: Socket): void
    answer(value: unknown): void
    /** The connection of answers is gone. */
    lost(): void
  },
): { close(): void } {
  let socket: Socket | null = null
  let watch: Socket | null = null
  const server = createServer((connection) => {
    const reader = new FrameReader((value) => {
      if (connection === socket) return on.answer(value)
      const greeting = value as Greeting
      if (greeting.token !== token) return connection.destroy()
      if (greeting.isWatch) watch ??= connection
      else socket ??= connection
      if (socket === null || watch === null) return
      server.close()
      on.connected(socket)
    })
    connection.on('data', (piece) => {
      try {
        reader.push(piece)
      } catch {
        connection.destroy()
      }
    })
    // What went wrong is told by the end of the process.
    connection.on('error', () => {})
    connection.on('close', () => {
      if (connection === socket) on.lost()
    })
  })
  server.listen(address, () => on.listening())
  return {
    close() {
      server.close()
      socket?.destroy()
      watch?.destroy()
    },
  }
}
