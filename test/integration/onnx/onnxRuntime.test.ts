import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OnnxRuntime } from '../../../src/main/onnx/onnxRuntime'
import {
  type StartedProcess,
  startNodeProcess,
  type StartProcess,
} from '../../../src/main/processes/startProcess'
import { hasOnnxRuntime, projectFolder } from '../backend/support'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { smallNetwork } from './support'

let program: BuiltProgram
beforeAll(async () => {
  program = await buildProgram(false)
})
afterAll(() => program.dispose())

const runtimes: OnnxRuntime[] = []
afterEach(() => runtimes.splice(0).forEach((runtime) => runtime.dispose()))

/** A runtime whose processes the test can end. */
function endable(project = projectFolder) {
  const started: StartedProcess[] = []
  const startProcess: StartProcess = (request) => {
    const process_ = startNodeProcess(request)
    started.push(process_)
    return process_
  }
  const { workersFolder } = program
  const runtime = new OnnxRuntime({ workersFolder, projectFolder: project, startProcess })
  runtimes.push(runtime)
  return { runtime, started }
}

const rows = Float32Array.of(-1, 2, 3, 4, -5, 6)
const rectified = [0, 2, 3, 4, 0, 6]

describe.skipIf(!hasOnnxRuntime)('ONNX Runtime in its process', () => {
  it('gives the outputs that are asked for, and says what the network takes and gives', async () => {
    const { runtime, started } = endable()
    const session = await runtime.open({
      model: smallNetwork('FLOAT'),
      inputName: 'x',
      outputs: ['y'],
    })
    expect(session.provider).toBe('cpu')
    expect(session.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['n', 3] }])
    expect(session.outputs.map(({ name, type }) => [name, type])).toEqual([
      ['y', 'float32'],
      ['z', 'int64'],
    ])
    const [output] = await session.run(rows, [2, 3])
    expect([...output!.data]).toEqual(rectified)
    expect(output!.dims).toEqual([2, 3])
    expect(started).toHaveLength(1)
    runtime.dispose()
    expect(await started[0]!.ended).toBe('exit code 0')
  })

  it('reads a file, and numbers of half precision', async () => {
    const { runtime } = endable()
    const folder = await mkdtemp(join(tmpdir(), 'semblance-test-'))
    try {
      const model = join(folder, 'half.onnx')
      await writeFile(model, smallNetwork('FLOAT16'))
      const session = await runtime.open({ model, inputName: 'x', outputs: ['y'] })
      // -2, 1.5, the least positive number.
      const bits = Uint16Array.of(0xc000, 0x3e00, 0x0001)
      const [output] = await session.run({ type: 'float16', bits }, [1, 3])
      expect([...output!.data]).toEqual([0, 1.5, 2 ** -24])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('goes on where its process is killed, for all sessions with one new process', async () => {
    const { runtime, started } = endable()
    const request = { model: smallNetwork('FLOAT'), inputName: 'x', outputs: ['y'] }
    const [first, second] = await Promise.all([runtime.open(request), runtime.open(request)])
    started[0]!.kill()
    await started[0]!.ended
    const given = await Promise.all([
      first.run(rows, [2, 3]),
      second.run(rows, [2, 3]),
      first.run(rows.subarray(3), [1, 3]),
    ])
    expect(given.map(([output]) => [...output!.data])).toEqual([
      rectified,
      rectified,
      rectified.slice(3),
    ])
    expect(started).toHaveLength(2)
  })

  it('says so where its process ends again and again', async () => {
    const { workersFolder } = program
    let isDeadly = false
    const startProcess: StartProcess = (request) => {
      const process_ = startNodeProcess(request)
      if (isDeadly) process_.kill()
      return process_
    }
    const runtime = new OnnxRuntime({ workersFolder, projectFolder, startProcess })
    runtimes.push(runtime)
    const session = await runtime.open({
      model: smallNetwork('FLOAT'),
      inputName: 'x',
      outputs: ['y'],
    })
    isDeadly = true
    await expect(
      runtime.open({ model: smallNetwork('FLOAT'), inputName: 'x', outputs: ['y'] }),
    ).resolves.toBeDefined()
    session.dispose()
    runtime.dispose()
    await expect(session.run(rows, [2, 3])).rejects.toMatchObject({ code: 'backendLost' })
    const dead = new OnnxRuntime({ workersFolder, projectFolder, startProcess })
    runtimes.push(dead)
    await expect(
      dead.open({ model: smallNetwork('FLOAT'), inputName: 'x', outputs: ['y'] }),
    ).rejects.toMatchObject({
      code: 'backendUnavailable',
      message: expect.stringContaining('SIGKILL') as string,
    })
  })

  it('refuses in words what is no network, has another form, or gives no features', async () => {
    const { runtime } = endable()
    const refused = { code: 'modelUnreadable' }
    const open = (model: Uint8Array | string, outputs: string[]) =>
      runtime.open({ model, inputName: 'x', outputs })
    await expect(open(Uint8Array.of(1, 2, 3), ['y'])).rejects.toMatchObject(refused)
    await expect(open('/nowhere/at/all.onnx', ['y'])).rejects.toMatchObject(refused)
    const session = await open(smallNetwork('FLOAT'), ['y'])
    await expect(session.run(rows, [3, 2])).rejects.toMatchObject(refused)
    const typed = await open(smallNetwork('FLOAT'), ['z'])
    await expect(typed.run(rows, [2, 3])).rejects.toThrow(/z is of type int64/)
    // None of it has harmed the others.
    expect(await session.run(rows, [2, 3])).toHaveLength(1)
  })
})

it('says that the library is absent without starting a process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-test-'))
  try {
    const { runtime, started } = endable(folder)
    const request = { model: Uint8Array.of(), inputName: 'x', outputs: ['y'] }
    await expect(runtime.open(request)).rejects.toMatchObject({
      code: 'backendUnavailable',
      message: expect.stringContaining('its package is not installed') as string,
    })
    expect(started).toHaveLength(0)
  } finally {
    await rm(folder, { recursive: true })
  }
})
