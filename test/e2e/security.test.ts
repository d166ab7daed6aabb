import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenersOnLoopback, type Listeners, reachOut } from './reachOut'
import { eventually, launchProgram, removeFolders, type RunningProgram } from './launch'

let program: RunningProgram
let server: Server
let serverAddress: string
let requests = 0

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests += 1
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.end('reached')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  serverAddress = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  program = await launchProgram()
})

afterAll(async () => {
  await program.close()
  await new Promise((resolve) => server.close(resolve))
  await removeFolders()
})

/** Empties the complaints that a refused attempt makes on purpose. */
const forgive = (): void => void program.complaints.splice(0)

/** What the program's own log says it refused. */
const refusals = (): Promise<string> =>
  readFile(join(program.userData, 'logs', 'semblance.log'), 'utf8').catch(() => '')

describe('the window', () => {
  it('is served from the bundle with a strict policy and without complaint', async () => {
    expect(program.page.url()).toBe('app://bundle/index.html')
    const headers = await program.page.evaluate(async () => {
      const answer = await fetch('app://bundle/index.html')
      return Object.fromEntries(answer.headers)
    })
    const policy = headers['content-security-policy']
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(program.complaints).toEqual([])
  })

  it('is sandboxed and isolated', async () => {
    const preferences = await program.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>
      }
      const all = contents.getLastWebPreferences()
      return [all['sandbox'], all['contextIsolation'], all['nodeIntegration'], all['webviewTag']]
    })
    expect(preferences).toEqual([true, true, false, false])
    const reachable = await program.page.evaluate(() => [
      typeof (globalThis as Record<string, unknown>)['require'],
      typeof (globalThis as Record<string, unknown>)['process'],
      Object.keys(window.semblance).sort().join(),
    ])
    expect(reachable).toEqual(['undefined', 'undefined', 'announceDrop,invoke,on'])
  })

  it('evaluates no text as code', async () => {
    const refused = await program.page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "injected"'
      document.head.append(script)
      script.remove()
      return document.title !== 'injected'
    })
    expect(refused).toBe(true)
    expect(program.complaints.join()).toContain('Content Security Policy')
    forgive()
  })

  it('lets no request out, neither of the page nor of its session', async () => {
    const fromPage = await program.page.evaluate(async (address) => {
      try {
        return await (await fetch(address)).text()
      } catch {
        return 'refused'
      }
    }, serverAddress)
    expect(fromPage).toBe('refused')
    const fromSession = await program.app.evaluate(async ({ session }, address) => {
      try {
        return await (await session.defaultSession.fetch(address)).text()
      } catch {
        return 'refused'
      }
    }, serverAddress)
    expect(fromSession).toBe('refused')
    expect(requests).toBe(0)
    forgive()
  })

  it('reaches nothing by ways that the policy of contents does not know', async () => {
    const listeners = await listenersOnLoopback()
    const done = await program.page.evaluate(reachOut, listeners.addresses)
    expect(done).toBe('tried')
    // The last attempt of all: what came before would have arrived before.
    await listeners.hearOwn()
    expect(listeners.heard()).toEqual([])
    await listeners.close()
    forgive()
  })

  it('would reach them from a session that is not confined', async () => {
    const listeners: Listeners = await listenersOnLoopback()
    await program.app.evaluate(
      async ({ BrowserWindow }, { code, addresses }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { partition: 'free' } })
        window.webContents.setWebRTCIPHandlingPolicy('default')
        await window.loadURL('data:text/html,free')
        const tried = `(${code})(${JSON.stringify(addresses)})`
        // Its end would be that of waiting for answers, and nobody answers.
        window.webContents.executeJavaScript(tried).catch(() => {})
      },
      { code: reachOut.toString(), addresses: listeners.addresses },
    )
    await eventually(() => [...new Set(listeners.heard())].sort().join()).toBe('tcp,udp')
    await program.app.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) if (!window.isVisible()) window.destroy()
    })
    await listeners.close()
    forgive()
  })

  it('goes nowhere else', async () => {
    await program.page.evaluate((address) => {
      const link = document.createElement('a')
      link.href = address
      document.body.append(link)
      link.click()
      link.remove()
    }, serverAddress)
    await program.page.evaluate(() => {
      location.href = 'file:///etc/passwd'
    })
    await eventually(refusals).toContain(`refused: navigation to ${serverAddress}`)
    await eventually(() => program.complaints.join()).toContain(
      'Not allowed to load local resource',
    )
    expect(program.page.url()).toBe('app://bundle/index.html')
    expect(requests).toBe(0)
    forgive()
  })

  it('opens no second window', async () => {
    const opened = await program.page.evaluate(
      (address) => window.open(address) !== null,
      serverAddress,
    )
    expect(opened).toBe(false)
    const windows = await program.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows().length,
    )
    expect(windows).toBe(1)
    expect(requests).toBe(0)
    forgive()
  })

  it('is denied every permission', async () => {
    const states = await program.page.evaluate(async () => {
      const notification = await Notification.requestPermission()
      const names = ['geolocation', 'camera', 'microphone', 'notifications', 'clipboard-read']
      const asked = await Promise.all(
        names.map((name) => navigator.permissions.query({ name: name as PermissionName })),
      )
      const camera = await navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'given',
        () => 'denied',
      )
      return [notification, camera, ...asked.map(({ state }) => state)]
    })
    expect(new Set(states)).toEqual(new Set(['denied']))
    forgive()
  })

  it('refuses a channel that the contract does not have', async () => {
    const answers = await program.page.evaluate(async () => {
      const attempt = (work: () => unknown): Promise<string> =>
        Promise.resolve()
          .then(work)
          .then(
            () => 'answered',
            (error: unknown) => String(error),
          )
      return Promise.all([
        attempt(() => window.semblance.invoke('shell.openExternal', {})),
        attempt(() => window.semblance.invoke('app.jobsChanged', {})),
        attempt(() => window.semblance.invoke('__proto__.constructor', {})),
        attempt(() => window.semblance.on('app.info', () => {})),
      ])
    })
    for (const answer of answers) expect(answer).toMatch(/There is no (call|event) named/)
  })

  it('has its input checked before anything runs', async () => {
    const reply = await program.page.evaluate(() =>
      window.semblance.invoke('dataset.open', { datasetId: '1; DROP TABLE image', more: 1 }),
    )
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalidInput' } })
  })

  it('gets no picture for an address that names none', async () => {
    const addresses = [
      'image://picture/1/999999?size=256',
      'image://picture/../../etc/passwd',
      'image://picture/1/1?size=4096',
      'image://other/1/1',
    ]
    const loaded = await program.page.evaluate(
      (all) =>
        Promise.all(
          all.map(
            (address) =>
              new Promise<boolean>((resolve) => {
                const picture = new Image()
                picture.onload = () => resolve(true)
                picture.onerror = () => resolve(false)
                picture.src = address
              }),
          ),
        ),
      addresses,
    )
    expect(loaded).toEqual([false, false, false, false])
    forgive()
  })

  it('gets no file of the bundle folder that is not part of the bundle', async () => {
    const statuses = await program.page.evaluate(() =>
      Promise.all(
        [
          'app://bundle/..%2f..%2fpackage.json',
          'app://bundle/%2e%2e/main/index.js',
          'app://bundle/none.js',
        ].map((address) => fetch(address).then(({ status }) => status)),
      ),
    )
    expect(statuses).toEqual([404, 404, 404])
    forgive()
  })
})

describe('a foreign page', () => {
  it('may not call main even with the preload in it', async () => {
    const reply = await program.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const window = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, contextIsolation: true },
        })
        await window.loadURL('data:text/html,foreign')
        const answer: unknown = await window.webContents.executeJavaScript(
          "window.semblance.invoke('app.info', {})",
        )
        window.destroy()
        return answer
      },
      (await program.app.evaluate(({ app }) => app.getAppPath())) + '/out/preload/index.js',
    )
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  })
})
