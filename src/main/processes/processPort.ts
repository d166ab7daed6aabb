/** What a process of Electron for services has in the place of Node's channel. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
}

export interface ProcessPort<Heard, Told> {
  onMessage(listener: (message: Heard) => void): void
  post(message: Told): void
  /** Ends this process once what was posted has left it. */
  close(): void
}

/**
 * In a process that was started as one that hears messages: the way to whoever started it. Where
 * that one ends, this one does.
 */
export function processPort<Heard, Told>(): ProcessPort<Heard, Told> {
  const { parentPort } = process as { readonly parentPort?: ParentPort }
  if (parentPort !== undefined) {
    return {
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data as Heard)),
      post: (message) => parentPort.postMessage(message),
      close: () => setImmediate(() => process.exit()),
    }
  }
  if (process.send === undefined) throw new Error('This program is started by Semblance.')
  process.on('disconnect', () => process.exit(0))
  let onTheWay = 0
  let isClosing = false
  return {
    onMessage: (listener) => process.on('message', listener as (message: unknown) => void),
    post: (message) => {
      onTheWay++
      // Whoever started it may just be ending.
      process.send?.(message, undefined, undefined, () => {
        onTheWay--
        if (isClosing && onTheWay === 0) process.exit()
      })
    },
    close: () => {
      isClosing = true
      if (onTheWay === 0) process.exit()
    },
  }
}
