import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { createBridge } from '../../../src/preload/bridge'
import { call, event, nothing } from '../../../src/shared/rpc'

const contract = {
  pictures: { list: call<number>()(nothing), changed: event<string>() },
  labels: { rename: call<true>()(v.strictObject({ name: v.string() })) },
}

function bridgeOnRecord() {
  const sent: string[] = []
  const listening = new Map<string, (payload: unknown) => void>()
  const bridge = createBridge(contract, {
    invoke: async (channel) => {
      sent.push(channel)
      return { ok: true, value: channel }
    },
    on: (channel, listener) => {
      listening.set(channel, listener)
      return () => listening.delete(channel)
    },
    pathOfFile: (file) => (file.size === 0 ? '' : `/pictures/${file.name}`),
    announceDrop: async (path) => `token of ${path}`,
  })
  return { bridge, sent, listening }
}

describe('the bridge', () => {
  it('passes calls of the contract on', async () => {
    const { bridge, sent } = bridgeOnRecord()
    expect(await bridge.invoke('pictures.list', {})).toEqual({ ok: true, value: 'pictures.list' })
    expect(sent).toEqual(['pictures.list'])
  })

  it.each(['pictures.changed', 'pictures.none', 'toString', '__proto__', '', 'pictures', 'a.b.c'])(
    'refuses to call %j',
    async (channel) => {
      const { bridge, sent } = bridgeOnRecord()
      await expect(bridge.invoke(channel, {})).rejects.toThrow('There is no call named')
      expect(sent).toEqual([])
    },
  )

  it('refuses a channel that is no text', async () => {
    const { bridge, sent } = bridgeOnRecord()
    const forged = { toString: () => 'pictures.list' } as unknown as string
    await expect(bridge.invoke(forged, {})).rejects.toThrow('There is no call named')
    expect(sent).toEqual([])
  })

  it('listens to events of the contract until told to stop', () => {
    const { bridge, listening } = bridgeOnRecord()
    const heard: unknown[] = []
    const stop = bridge.on('pictures.changed', (payload) => heard.push(payload))
    listening.get('pictures.changed')?.('now')
    expect(heard).toEqual(['now'])
    stop()
    expect(listening.size).toBe(0)
  })

  it.each(['pictures.list', 'ELECTRON_BROWSER', '', 'constructor'])(
    'refuses to listen to %j',
    (channel) => {
      const { bridge, listening } = bridgeOnRecord()
      expect(() => bridge.on(channel, () => {})).toThrow('There is no event named')
      expect(listening.size).toBe(0)
    },
  )

  it('announces what was dropped, and nothing that a page made up', async () => {
    const { bridge, sent } = bridgeOnRecord()
    expect(await bridge.announceDrop(new File(['x'], 'cats'))).toBe('token of /pictures/cats')
    expect(await bridge.announceDrop(new File([], 'made up'))).toBe('')
    expect(sent).toEqual([])
  })
})
