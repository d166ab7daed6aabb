import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNetworkHandlers } from '../../../src/main/ipc/networkHandlers'
import type { Shell } from '../../../src/main/ipc/shell'
import { createJobBoard } from '../../../src/main/jobs/jobBoard'
import { createServices, type Services } from '../../../src/main/services'
import { workspaceIn } from '../../../src/main/workspace'
import { contract } from '../../../src/shared/contract'
import type { DatasetId } from '../../../src/shared/model/ids'
import { channelOf, emitterOf } from '../../../src/shared/rpc'
import { writeNetwork } from '../../onnx/writeOnnx'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'

const folder = mkdtempSync(join(tmpdir(), 'semblance-networks-'))
const original = join(folder, 'here', 'small.onnx')
let program: BuiltProgram
let services: Services
let datasetId: DatasetId
let changes = 0
let chosen: string | null = original

async function open(): Promise<Services> {
  return createServices({
    workspace: workspaceIn(join(folder, 'data')),
    workersFolder: program.workersFolder,
    projectFolder,
    jobs: createJobBoard(),
    emit: emitterOf(contract, (channel) => {
      if (channel === channelOf('networks', 'changed')) changes++
    }),
  })
}
// The system's dialog cannot be answered here.
const shell = { chooseNetworkFile: () => Promise.resolve(chosen) } as Shell
const offered = () => services.training.registry().extractors.map(({ id }) => id)

beforeAll(async () => {
  program = await buildProgram(false)
  await mkdir(join(folder, 'here'))
  await mkdir(join(folder, 'data'))
  const { model, data } = writeNetwork({ kind: 'maps', location: 'small.bin', sidePx: 'side' })
  await writeFile(original, model)
  await writeFile(join(folder, 'here', 'small.bin'), data)
  services = await open()
  for (const [label, background] of Object.entries({ red: '#c00', blue: '#00c' })) {
    await mkdir(join(folder, 'images', label), { recursive: true })
    for (const width of [20, 30]) {
      await sharp({ create: { width, height: 20, channels: 3, background } })
        .png()
        .toFile(join(folder, 'images', label, `${width}.png`))
    }
  }
  const { dataset, finished } = await services.dataset.importFolder(join(folder, 'images'))
  await finished
  datasetId = dataset.id
}, 300_000)
afterAll(async () => {
  await services.close()
  await program.dispose()
  rmSync(folder, { recursive: true, force: true })
})

describe('a network that is added in the window', () => {
  let id = ''
  it('is looked into, asked about, tried, and copied', async () => {
    const handlers = createNetworkHandlers(services, shell)
    chosen = null
    expect(await handlers.choose({})).toBeNull()
    chosen = original
    const draft = (await handlers.choose({}))!
    expect(draft.sources).toMatchObject({ layout: 'file', sidePx: 'guess', mean: 'guess' })
    expect(JSON.stringify(draft)).not.toContain(folder)
    const { token } = draft
    const answered = await handlers.answer({ token, answers: { sidePx: 48 } })
    expect(answered.network.input.sidePx).toBe(48)
    const trial = await handlers.tryOut({ token, datasetId })
    expect(trial).toMatchObject({ pictures: 3, imageCount: 4, leftOut: [] })
    expect(changes).toBe(0)
    ;({ id } = await handlers.add({ token, title: 'Mine', licence: 'MIT' }))
    expect(changes).toBe(1)
    expect(offered()).toContain(id)
    const copied = await readdir(join(folder, 'data', 'networks', id))
    expect(copied.sort()).toEqual(['network.json', 'small.bin', 'small.onnx'])
    await expect(handlers.tryOut({ token, datasetId })).rejects.toMatchObject({ code: 'notFound' })
  })

  it('is planned with, and is there the next time though its file is gone', async () => {
    await services.close()
    await rm(join(folder, 'here'), { recursive: true })
    services = await open()
    const described = services.training.registry().extractors.find((one) => one.id === id)
    expect(described).toMatchObject({ title: { en: 'Mine' }, licence: 'MIT' })
    expect(described).not.toHaveProperty('placed')
    const { options } = await services.training.plan({ datasetId, request: { extractor: id } })
    expect(options).toMatchObject({ extractor: id, features: 'pooled' })
  })

  it('is removed with its copy, after which its runs say what is missing', async () => {
    const handlers = createNetworkHandlers(services, shell)
    expect(await handlers.remove({ id })).toBe(true)
    expect(offered()).not.toContain(id)
    expect(await readdir(join(folder, 'data', 'networks'))).toEqual([])
    await expect(services.training.plan({ datasetId, request: { extractor: id } })).rejects.toThrow(
      /network of your own.*add it again in the window/,
    )
  })

  it('is passed over where its folder is damaged', async () => {
    await services.close()
    const damaged = join(folder, 'data', 'networks', 'own-aaaaaaaaaaaa')
    await mkdir(damaged, { recursive: true })
    await writeFile(join(damaged, 'network.json'), '{"version": 1, "file": "../x.onnx"}')
    services = await open()
    expect(offered().some((one) => one.startsWith('own-'))).toBe(false)
  })
})
