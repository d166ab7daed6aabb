import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSpeeds, speedsFile, strangeSpeeds } from '../../../src/main/training/measuredSpeeds'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import type { BackendReport } from '../../../src/shared/model/training'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-speeds-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const backend: BackendReport = {
  ...{ name: 'wasm', description: 'WebAssembly, 2 threads', gpu: false, threads: 2, rejected: [] },
}
const features = (secondsEach: number, images = 1000) => [
  { kind: 'features' as const, amount: images, seconds: images * secondsEach },
]
const speed = () => openSpeeds(folder).of('auto', backend).features

describe('measured speeds', () => {
  it('are those shipped until something was measured, and then what was', () => {
    expect(openSpeeds(folder).of('auto', null)).toEqual(shippedSpeeds.wasm)
    openSpeeds(folder).learn(backend, features(0.5))
    expect(speed()).toBe(0.5)
    expect(openSpeeds(folder).of('auto', backend).headSteps).toBe(shippedSpeeds.wasm.headSteps)
  })

  it('follow a machine that has become slower within two runs', () => {
    for (let run = 0; run < 3; run++) openSpeeds(folder).learn(backend, features(0.03))
    openSpeeds(folder).learn(backend, features(0.36))
    openSpeeds(folder).learn(backend, features(0.36))
    expect(speed()).toBe(0.36)
  })

  it('are not moved by one run on a machine that slept', () => {
    for (const each of [0.03, 0.032, 60, 0.031]) openSpeeds(folder).learn(backend, features(each))
    expect(speed()).toBe(0.032)
  })

  it('are of the backend that ran last where none has run in this process', () => {
    const other = { ...backend, name: 'tensorflow' as const, description: 'TensorFlow, CPU' }
    openSpeeds(folder).learn(other, features(0.02))
    openSpeeds(folder).learn(backend, features(0.5))
    expect(openSpeeds(folder).of('auto', null).features).toBe(0.5)
    expect(openSpeeds(folder).of('tensorflow', null).features).toBe(0.02)
    expect(openSpeeds(folder).of('auto', other).features).toBe(0.02)
    expect(openSpeeds(folder).of('js', backend)).toEqual(shippedSpeeds.js)
  })

  it('leave out what was paused, and what is over before a clock can tell', () => {
    openSpeeds(folder).learn(backend, [
      { kind: 'features', amount: 1000, seconds: null },
      { kind: 'headSteps', amount: 10, seconds: 0.05 },
    ])
    expect(openSpeeds(folder).of('auto', backend)).toEqual(shippedSpeeds.wasm)
  })

  it('correct a figure that promises minutes for what is over at once', () => {
    openSpeeds(folder).learn(backend, features(60, 100))
    openSpeeds(folder).learn(backend, features(0.001, 100))
    openSpeeds(folder).learn(backend, features(0.001, 100))
    expect(speed()).toBe(0.001)
  })

  it.each([
    ['no JSON', '{"version": 1, "backends": [{"na'],
    ['another version', '{"version": 99, "backends": []}'],
    ['a speed that is none', damaged('features', '[-1]')],
    ['a speed without end', damaged('features', '[1e999]')],
    ['a speed that no machine has', damaged('features', '[1e200]')],
    ['a speed that is next to nothing', damaged('features', '[1e-200]')],
    ['words', damaged('features', '["fast"]')],
  ])('are those shipped where the file is damaged: %s', async (_, text) => {
    await mkdir(dirname(speedsFile(folder)), { recursive: true })
    await writeFile(speedsFile(folder), text)
    expect(openSpeeds(folder).of('auto', backend)).toEqual(shippedSpeeds.wasm)
    expect(strangeSpeeds(folder)).toMatch(
      /is damaged or of another|no machine can have \(features\)/,
    )
    openSpeeds(folder).learn(backend, features(0.5))
    expect(speed()).toBe(0.5)
  })

  it('that a machine can have are nothing to speak of', () => {
    expect(strangeSpeeds(folder)).toBeNull()
    openSpeeds(folder).learn(backend, features(0.5))
    expect(strangeSpeeds(folder)).toBeNull()
  })

  it('are written in one piece, and end nothing where they cannot be', async () => {
    openSpeeds(folder).learn(backend, features(0.5))
    expect(await readdir(folder)).toEqual(['speeds.json'])
    const blocked = join(folder, 'a file')
    await writeFile(blocked, '')
    openSpeeds(join(blocked, 'below')).learn(backend, features(0.5))
    expect(await readFile(blocked, 'utf8')).toBe('')
  })
})

function damaged(kind: string, seconds: string): string {
  const { name, description, threads } = backend
  const one = `"name":"${name}","description":"${description}","threads":${threads}`
  return `{"version":1,"backends":[{${one},"seconds":{"${kind}":${seconds}}}]}`
}
