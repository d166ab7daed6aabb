import { createSocket } from 'node:dgram'
import { connect, createServer, type AddressInfo } from 'node:net'

export interface Addresses {
  readonly udp: number
  readonly tcp: number
}

/** Sockets of this machine that note whoever knocks. */
export interface Listeners {
  readonly addresses: Addresses
  /** 'udp' for each packet, 'tcp' for each connection. */
  heard(): readonly string[]
  /** Knocks at both and waits until that was heard, so that silence means that nobody came. */
  hearOwn(): Promise<void>
  close(): Promise<void>
}

const own = 'the test itself'

export async function listenersOnLoopback(): Promise<Listeners> {
  const heard: string[] = []
  let heardOwn = (): void => {}
  const note = (kind: string, data: Buffer): void => {
    if (data.toString() === own) heardOwn()
    else heard.push(kind)
  }
  const udp = createSocket('udp4')
  udp.on('message', (data) => note('udp', data))
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  const tcp = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (data) => {
      note('tcp', data)
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const addresses = { udp: udp.address().port, tcp: (tcp.address() as AddressInfo).port }
  const knock = (send: () => void): Promise<void> =>
    new Promise((resolve) => {
      heardOwn = resolve
      send()
    })
  return {
    addresses,
    heard: () => [...heard],
    async hearOwn() {
      await knock(() => udp.send(own, addresses.udp, '127.0.0.1'))
      await knock(() => connect(addresses.tcp, '127.0.0.1').end(own))
    },
    async close() {
      await new Promise<void>((resolve) => udp.close(resolve))
      await new Promise((resolve) => tcp.close(resolve))
    },
  }
}

/**
 * Every way out that a page knows; runs in a page, so it may use nothing of this file. Ends when
 * each attempt has ended by itself.
 */
export async function reachOut({ udp, tcp }: Addresses): Promise<string> {
  const http = `http://127.0.0.1:${tcp}/`
  const attempts: Promise<unknown>[] = []
  const login = { username: 'user', credential: 'secret' }
  for (const servers of [
    [{ urls: `stun:127.0.0.1:${udp}` }],
    [{ urls: `turn:127.0.0.1:${udp}?transport=udp`, ...login }],
    [{ urls: `turn:127.0.0.1:${tcp}?transport=tcp`, ...login }],
  ]) {
    const peer = new RTCPeerConnection({ iceServers: servers })
    peer.createDataChannel('out')
    attempts.push(
      new Promise<void>((resolve) => {
        peer.addEventListener('icegatheringstatechange', () => {
          if (peer.iceGatheringState === 'complete') resolve()
        })
      }).then(() => peer.close()),
    )
    await peer.setLocalDescription(await peer.createOffer())
  }
  attempts.push(
    new Promise<void>((resolve) => {
      try {
        const socket = new WebSocket(`ws://127.0.0.1:${tcp}/`)
        // What the policy refuses ends with an error alone.
        for (const end of ['error', 'close']) socket.addEventListener(end, () => resolve())
      } catch {
        resolve()
      }
    }),
  )
  attempts.push(fetch(http, { mode: 'no-cors' }).catch(() => {}))
  navigator.sendBeacon(http, 'out')
  for (const rel of ['dns-prefetch', 'preconnect', 'prefetch']) {
    const link = document.createElement('link')
    link.rel = rel
    link.href = http
    document.head.append(link)
  }
  attempts.push(
    new Promise<void>((resolve) => {
      const picture = new Image()
      picture.addEventListener('error', () => resolve())
      picture.addEventListener('load', () => resolve())
      picture.src = http
    }),
  )
  const blank = window.open('about:blank')
  blank?.fetch(http).catch(() => {})
  await Promise.all(attempts)
  return 'tried'
}
