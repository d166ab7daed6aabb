import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMatrix } from '../../../src/core/math/matrix'
import { javascriptProduct } from '../../../src/core/math/product'
import { findExtractor, layersOf } from '../../../src/core/plan/features'
import { createRandom } from '../../../src/core/math/random'
import type { Backend } from '../../../src/main/backend/backend'
import { frameOf } from '../../../src/main/processes/frames'
import { startNodeProcess, type StartProcess } from '../../../src/main/processes/startProcess'
import { startBackend } from '../../../src/main/backend/startBackend'
import { extractors } from '../../../src/main/features/extractors'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { hasTensorflow, projectFolder } from './support'

let program: BuiltProgram
beforeAll(async () => {
  program = await buildProgram(false)
})
afterAll(() => program.dispose())

/** Starts the process as the program does, and lets the test end it by a signal. */
function endable() {
  let child: ReturnType<typeof spawn> | null = null
  return {
    start: (({ file, arguments: args, environment }) => {
      const started = spawn(process.execPath, [file, ...args], {
        env: environment,
        stdio: 'ignore',
      })
      child = started
      return {
        ended: new Promise((resolve) =>
          started.once('exit', (code, signal) => resolve(signal ?? String(code))),
        ),
        kill: () => void started.kill('SIGKILL'),
      }
    }) satisfies StartProcess,
    pid: () => child?.pid,
    end: (signal: NodeJS.Signals) => void child?.kill(signal),
  }
}

const start = (startProcess: StartProcess): Promise<Backend> =>
  startBackend({
    preferred: 'tensorflow',
    workersFolder: program.workersFolder,
    projectFolder,
    startProcess,
  })

const randomMatrix = (rows: number, columns: number) => {
  const random = createRandom(`${rows} x ${columns}`)
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  )
}

const lost = expect.objectContaining({ code: 'backendLost' }) as Error

describe.skipIf(!hasTensorflow)('the process of the native library', () => {
  it.each(['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const)(
    'ends by %s, and each call after it says so instead of waiting',
    async (signal) => {
      const process_ = endable()
      const backend = await start(process_.start)
      const model = backend.models.linearHead({
        inputSize: 8,
        embeddingSize: 4,
        random: createRandom(1),
      })
      expect(model.embed(new Float32Array(8), 1)).toHaveLength(4)
      process_.end(signal)
      expect(await backend.ended).toBe(signal)
      expect(() => model.embed(new Float32Array(8), 1)).toThrow(lost)
      expect(() => backend.product.multiply(randomMatrix(2, 3), randomMatrix(3, 2))).toThrow(lost)
      backend.dispose()
    },
  )

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'leaves %s, which the whole group of the program is sent, to the program',
    async (signal) => {
      const process_ = endable()
      const backend = await start(process_.start)
      try {
        process_.end(signal)
        const rows = () => backend.product.multiply(randomMatrix(2, 3), randomMatrix(3, 2)).rows
        expect(rows()).toBe(2)
        await new Promise((resolve) => setImmediate(resolve))
        expect(rows()).toBe(2)
      } finally {
        backend.dispose()
      }
      expect(await backend.ended).toBe('0')
    },
  )

  it('is ended with the program also where it hangs', async () => {
    const others = process.listeners('exit')
    const { ended } = startNodeProcess({
      name: 'hanging',
      file: '-e',
      arguments: ['setInterval(() => {}, 1000)'],
      environment: {},
    })
    const [atExit, ...more] = process.listeners('exit').filter((one) => !others.includes(one))
    expect(more).toEqual([])
    atExit!.call(process, 0)
    expect(await ended).toBe('signal SIGKILL')
    expect(process.listeners('exit')).toEqual(others)
  })

  it.skipIf(process.platform === 'win32')(
    'ends with the program also where that is killed while the library hangs',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'semblance-hang-'))
      const [hook, pidFile, hanging] = ['hook.cjs', 'pid', 'hanging'].map((name) =>
        join(folder, name),
      ) as [string, string, string]
      // Its thread never comes back, as from a library that hangs.
      await writeFile(
        hook,
        `const { writeFileSync } = require('fs')
         if (require('worker_threads').isMainThread) {
           writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
           process.on('SIGUSR2', () => {
             writeFileSync(${JSON.stringify(hanging)}, '')
             for (;;);
           })
         }`,
      )
      const parents = await buildProgram(false, {
        parent: 'test/integration/backend/nativeParent.ts',
      })
      const places = [hook, parents.workersFolder, projectFolder]
      const parent = spawn(process.execPath, [join(parents.folder, 'parent.js'), ...places], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      // The library writes to the same place, which is closed when both have ended.
      const bothEnded = once(parent.stderr.resume(), 'end')
      await once(parent.stdout, 'data')
      const library = Number(readFileSync(pidFile, 'utf8'))
      try {
        process.kill(library, 'SIGUSR2')
        await expect.poll(() => existsSync(hanging), { timeout: 60_000 }).toBe(true)
        parent.kill('SIGKILL')
        await bothEnded
      } finally {
        try {
          process.kill(library, 'SIGKILL')
        } catch {
          // As it should be.
        }
        await parents.dispose()
        await rm(folder, { recursive: true })
      }
    },
    30_000,
  )

  it('wakes a call that waits for its answer', async () => {
    const ending = endable()
    const backend = await start(ending.start)
    const a = randomMatrix(2000, 500)
    // Another process ends it: this thread sleeps in its calls meanwhile.
    const text = `setTimeout(() => process.kill(${ending.pid()}, 'SIGKILL'), 50)`
    spawn(process.execPath, ['-e', text], { stdio: 'ignore' })
    expect(() => {
      for (;;) backend.product.multiplyTransposed(a, a)
    }).toThrow(lost)
    backend.dispose()
  })

  it('ends with the connection, so that none is left behind', async () => {
    let ended: Promise<string> = Promise.resolve('')
    const backend = await start((request) => {
      const started = startNodeProcess(request)
      ended = started.ended
      return started
    })
    backend.dispose()
    expect(await ended).toBe('exit code 0')
  })

  it('answers nobody who has not been told the token', async () => {
    const stranger = { answers: 0, closed: Promise.resolve() }
    let mode = 0o777
    const backend = await start((request) => {
      const [address] = request.arguments
      if (process.platform !== 'win32') mode = statSync(dirname(address!)).mode
      const socket = connect(address!)
      const { head } = frameOf({ token: 'a guess' })
      socket.on('connect', () => socket.write(head))
      socket.on('data', () => stranger.answers++)
      socket.on('error', () => {})
      stranger.closed = new Promise((resolve) => socket.once('close', () => resolve()))
      return startNodeProcess(request)
    })
    try {
      await stranger.closed
      expect(stranger.answers).toBe(0)
      expect(backend.product.multiply(randomMatrix(2, 3), randomMatrix(3, 2)).rows).toBe(2)
      // Nobody else gets as far as the socket.
      if (process.platform !== 'win32') expect(mode & 0o077).toBe(0)
    } finally {
      backend.dispose()
    }
  })

  it('carries matrices that are larger than a piece, held ones and those of one factor', async () => {
    const backend = await start(startNodeProcess)
    try {
      const a = randomMatrix(1100, 1500)
      const few = randomMatrix(3, 1500)
      const expected = javascriptProduct.multiplyTransposed(few, a)
      expectClose(backend.product.multiplyTransposed(few, a).data, expected.data)
      const letGo = backend.product.hold!(a)
      expectClose(backend.product.multiplyTransposed(few, a).data, expected.data)
      letGo()
      expectClose(backend.product.multiplyTransposed(few, a).data, expected.data)
      expectClose(
        backend.product.multiplyTransposed(few, few).data,
        javascriptProduct.multiplyTransposed(few, few).data,
      )
    } finally {
      backend.dispose()
    }
  })

  it('lets others in while the library is loaded, and while a network is', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const turnsOf = async <Result>(work: Promise<Result>): Promise<readonly [Result, number]> => {
      const before = turns
      const result = await work
      return [result, turns - before]
    }
    try {
      const [backend, whileStarting] = await turnsOf(start(startNodeProcess))
      expect(whileStarting).toBeGreaterThan(5)
      let whileLoading = 0
      const loadGraph: Backend['loadGraph'] = async (request) => {
        const loading = turnsOf(backend.loadGraph(request))
        expect(() => backend.product.multiply(randomMatrix(2, 2), randomMatrix(2, 2))).toThrow(
          'before the last was answered',
        )
        const [graph, turnsMeanwhile] = await loading
        whileLoading = turnsMeanwhile
        return graph
      }
      const network = findExtractor(extractors)
      const layers = layersOf(network, 'conv12')
      const opened = await network.open({ backend: { loadGraph }, projectFolder }, layers)
      expect(whileLoading).toBeGreaterThan(5)
      opened.dispose()
      backend.dispose()
    } finally {
      clearInterval(timer)
    }
  })

  it('says what a call itself throws, and goes on', async () => {
    const backend = await start(startNodeProcess)
    try {
      expect(() => backend.product.multiply(randomMatrix(2, 3), randomMatrix(2, 3))).toThrow(
        'Inner dimensions differ: 3 and 2',
      )
      expect(backend.product.multiply(randomMatrix(2, 3), randomMatrix(3, 2)).rows).toBe(2)
    } finally {
      backend.dispose()
    }
  })

  it('is passed over where it ends before it answers, with the reason', async () => {
    const options = { workersFolder: program.workersFolder, projectFolder }
    const startProcess: StartProcess = (request) =>
      startNodeProcess({ ...request, arguments: ['/nowhere/that/listens'] })
    const backend = await startBackend({ preferred: 'auto', startProcess, ...options })
    expect(backend.report.name).toBe('wasm')
    expect(backend.report.rejected).toEqual([
      { name: 'tensorflow', reason: 'its process ended (exit code 1)' },
    ])
    backend.dispose()
  })
})

function expectClose(found: Float32Array, expected: Float32Array): void {
  expect(found).toHaveLength(expected.length)
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
  expect(worst).toBeLessThan(1e-2)
}
