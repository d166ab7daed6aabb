import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHandlers } from '../../../src/main/ipc/handlers'
import { createJobBoard } from '../../../src/main/jobs/jobBoard'
import { DroppedPaths } from '../../../src/main/security/droppedPaths'
import { createServices, type Services } from '../../../src/main/services'
import { createSettingsStore } from '../../../src/main/settings/settingsStore'
import { workspaceIn } from '../../../src/main/workspace'
import { type AppContract, contract } from '../../../src/shared/contract'
import type { ImportReport } from '../../../src/shared/model/dataset'
import { defaultExportSettings } from '../../../src/shared/model/embeddingExport'
import type { DatasetId, ImageId, JobId } from '../../../src/shared/model/ids'
import { type Client, connect, emitterOf, serve, type Transport } from '../../../src/shared/rpc'
import { type BuiltWorkers, buildWorkers } from '../dataset/builtWorkers'

let workers: BuiltWorkers
let folder: string
let images: string
let services: Services
let window: Client<AppContract>
let shownInFolder: string[]
let chosenFolder: string | null
let dropped: DroppedPaths

beforeAll(async () => {
  workers = await buildWorkers()
})
afterAll(() => workers.dispose())

/** Main's handlers behind a wire that copies everything, as the one between processes does. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-contract-'))
  images = join(folder, 'images')
  for (const [label, background] of Object.entries({ red: '#c00', blue: '#00c' })) {
    await mkdir(join(images, label), { recursive: true })
    for (const width of [20, 30]) {
      await sharp({ create: { width, height: 20, channels: 3, background } })
        .png()
        .toFile(join(images, label, `${width}.png`))
    }
  }
  await writeFile(join(images, 'red', 'broken.png'), 'no picture')
  shownInFolder = []
  chosenFolder = null
  dropped = new DroppedPaths()
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const jobs = createJobBoard()
  const emit = emitterOf(contract, (channel, payload) => {
    for (const listener of listeners.get(channel) ?? []) listener(structuredClone(payload))
  })
  jobs.onChanged((states) => emit.app.jobsChanged(states))
  services = await createServices({
    workspace: workspaceIn(folder),
    workersFolder: workers.folder,
    projectFolder: resolve(import.meta.dirname, '../../..'),
    jobs,
    emit,
  })
  const handlers = createHandlers({
    services,
    settings: createSettingsStore(join(folder, 'settings.json')),
    jobs,
    shell: {
      chooseFolder: () => Promise.resolve(chosenFolder),
      takeDropped: (token) => dropped.take(token),
      choosePictures: () => Promise.resolve([]),
      chooseNetworkFile: () => Promise.resolve(null),
      chooseExportFile: (name) => Promise.resolve(join(folder, name)),
      showInFolder: (file) => void shownInFolder.push(file),
      openFolder: (path) => {
        shownInFolder.push(path)
        return Promise.resolve('')
      },
    },
    about: {
      ...{ version: '1', electron: '', platform: 'linux', systemLocale: 'en' },
      ...{ dataFolder: folder, threads: 4 },
    },
  })
  const answer = serve(contract, handlers)
  const wire: Transport = {
    invoke: async (channel, payload) =>
      structuredClone(await answer(channel, structuredClone(payload))),
    on: (channel, listener) => {
      const all = listeners.get(channel) ?? new Set()
      listeners.set(channel, all.add(listener))
      return () => all.delete(listener)
    },
  }
  window = connect(contract, wire)
})

afterEach(async () => {
  await services.close()
  await rm(folder, { recursive: true, force: true })
})

/** Imports the images and waits for the event that says it is done. */
async function importImages(): Promise<{ datasetId: DatasetId; report: ImportReport }> {
  const finished = new Promise<ImportReport>((settle) => window.dataset.onImportFinished(settle))
  const dataset = await window.dataset.importDropped({ token: dropped.announce(images) })
  return { datasetId: dataset!.id, report: await finished }
}

const allImages = async (datasetId: DatasetId): Promise<Uint32Array> =>
  (await window.dataset.columns({ datasetId, filter: {}, order: 'path' })).ids

describe('the contract over the real services', () => {
  it('starts with nothing', async () => {
    expect(await window.dataset.current({})).toBeNull()
    expect(await window.dataset.recent({})).toEqual([])
    expect(await window.app.info({})).toMatchObject({ version: '1', backend: null })
    expect(await window.app.updateSettings({ theme: 'light' })).toEqual({ theme: 'light' })
    expect(await window.app.settings({})).toEqual({ theme: 'light' })
  })

  it('imports what was dropped and says what was left out', async () => {
    const { datasetId, report } = await importImages()
    expect(report).toMatchObject({ added: 4, leftOutTotal: 1, cancelled: false })
    expect(report.leftOut[0]).toMatchObject({ path: 'red/broken.png', reason: 'corrupt' })
    expect(await window.dataset.current({})).toMatchObject({ imageCount: 4, labelCount: 2 })
    const ids = await allImages(datasetId)
    expect(ids).toBeInstanceOf(Uint32Array)
    const rows = await window.dataset.images({ ids })
    expect(rows.map(({ relativePath }) => relativePath)).toEqual([
      'blue/20.png',
      'blue/30.png',
      'red/20.png',
      'red/30.png',
    ])
    const jobs = await window.app.jobs({})
    expect(jobs.map(({ kind, phase }) => [kind, phase])).toEqual([['import', 'finished']])
    await window.dataset.showInFolder({ imageId: ids[0] as ImageId })
    expect(shownInFolder).toEqual([join(images, 'blue', '20.png')])
  })

  it('imports what a drop announced once, and no path that the page names', async () => {
    const token = dropped.announce(images)
    const finished = new Promise((settle) => window.dataset.onImportFinished(settle))
    expect(await window.dataset.importDropped({ token })).toMatchObject({ folder: images })
    await finished
    const again = window.dataset.importDropped({ token })
    await expect(again).rejects.toMatchObject({ code: 'forbidden' })
    const named = window.dataset.importDropped({ path: images } as unknown as { token: string })
    await expect(named).rejects.toMatchObject({ code: 'invalidInput' })
    const guessed = window.dataset.importDropped({ token: randomUUID() })
    await expect(guessed).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('takes no folder that was not chosen', async () => {
    expect(await window.dataset.chooseFolder({})).toBeNull()
    chosenFolder = images
    const finished = new Promise((settle) => window.dataset.onImportFinished(settle))
    expect(await window.dataset.chooseFolder({})).toMatchObject({ folder: images })
    await finished
  })

  it.each([
    ['a relative path', 'images', 'notAFolder'],
    ['a file', 'FILE', 'notAFolder'],
    ['a link that leads nowhere', 'LINK', 'linkBroken'],
    ['what is not there', '/nowhere/at/all', 'folderMissing'],
    ['a path with a zero byte', '/tmp\0/x', 'notAFolder'],
  ])('imports nothing from %s', async (_what, path, code) => {
    const link = join(folder, 'dangling')
    await symlink(join(folder, 'nothing'), link)
    const places: Record<string, string> = { FILE: join(images, 'red', '20.png'), LINK: link }
    const token = dropped.announce(places[path] ?? path)
    await expect(window.dataset.importDropped({ token })).rejects.toMatchObject({ code })
    expect(await window.dataset.current({})).toBeNull()
  })

  it('shows where its data lies, and clears what can be made again', async () => {
    const { datasetId } = await importImages()
    await window.app.openDataFolder({})
    expect(shownInFolder).toEqual([folder])
    const features = join(folder, 'cache', 'features', 'network-2')
    await mkdir(features, { recursive: true })
    await writeFile(join(features, 'one.bin'), new Uint8Array(1000))
    const orphan = join(folder, 'cache', 'thumbnails', 'ab', `${'ab'.repeat(32)}.webp`)
    await mkdir(dirname(orphan), { recursive: true })
    await writeFile(orphan, new Uint8Array(50))
    const before = await window.app.cacheSize({})
    expect(before.featureBytes).toBe(1000)
    expect(await window.app.clearCache({})).toEqual({ featureBytes: 1000, thumbnailBytes: 50 })
    expect(await window.app.cacheSize({})).toEqual({
      featureBytes: 0,
      thumbnailBytes: before.thumbnailBytes - 50,
    })
    // Thumbnails in use may be all that is left of a picture.
    const [id] = await allImages(datasetId)
    expect((await readFile((await services.dataset.thumbnail(id as ImageId))!)).length).not.toBe(0)
  })

  it('labels, tells, and takes back', async () => {
    const { datasetId } = await importImages()
    const ids = await allImages(datasetId)
    const told = new Promise<Uint32Array>((settle) =>
      window.labels.onChanged(({ imageIds }) => settle(imageIds)),
    )
    const counted = new Promise<number>((settle) =>
      window.dataset.onChanged(({ labelCount }) => settle(labelCount)),
    )
    const { undo } = await window.labels.assign({
      datasetId,
      imageIds: ids.slice(0, 1),
      label: 'green',
    })
    expect(undo).toMatchObject({ kind: 'label', imageCount: 1, label: 'green' })
    expect([...(await told)]).toEqual([ids[0]])
    expect(await counted).toBe(3)
    await window.labels.undo({ datasetId })
    const names = (await window.labels.list({ datasetId })).filter(({ imageCount }) => imageCount)
    expect(names.map(({ name }) => name).sort()).toEqual(['blue', 'red'])
    await expect(window.labels.undo({ datasetId })).rejects.toMatchObject({
      code: 'nothingToUndo',
    })
  })

  it('says what is missing instead of failing', async () => {
    const { datasetId } = await importImages()
    await expect(
      window.exporting.embeddings({
        runId: 7 as never,
        format: 'csv',
        settings: defaultExportSettings,
      }),
    ).rejects.toMatchObject({
      code: 'noEmbeddings',
    })
    await expect(window.dataset.detail({ imageId: 999_999 as ImageId })).rejects.toMatchObject({
      code: 'notFound',
    })
    expect(await window.app.cancelJob({ jobId: 12345 as JobId })).toBe(true)
    expect(await window.training.runs({ datasetId })).toEqual([])
    await expect(window.dataset.images({ ids: new Uint32Array(1001) })).rejects.toMatchObject({
      code: 'invalidInput',
    })
  })

  it('shows pictures by their ids', async () => {
    const { datasetId } = await importImages()
    const [id] = await allImages(datasetId)
    const thumbnail = await services.readPicture(`image://picture/${datasetId}/${id}?size=256`)
    expect((await sharp(thumbnail ?? new Uint8Array()).metadata()).format).toBe('webp')
    const cached = await services.dataset.thumbnail(id as ImageId)
    expect(Buffer.from(thumbnail ?? [])).toEqual(await readFile(cached ?? ''))
    expect(await services.readPicture(`image://picture/${datasetId + 1}/${id}`)).toBeNull()
  })
})
