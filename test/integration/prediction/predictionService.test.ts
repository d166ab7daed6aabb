import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJobBoard } from '../../../src/main/jobs/jobBoard'
import { createServices, type Services } from '../../../src/main/services'
import { runFolder, workspaceIn } from '../../../src/main/workspace'
import { contract } from '../../../src/shared/contract'
import type { AskedPicture } from '../../../src/shared/model/asked'
import type { DatasetId, ImageId, RunId } from '../../../src/shared/model/ids'
import { emitterOf } from '../../../src/shared/rpc'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

const folder = mkdtempSync(join(tmpdir(), 'semblance-prediction-'))
const images = join(folder, 'images')
const outside = join(folder, 'outside')
const workspace = workspaceIn(join(folder, 'data'))
let program: BuiltProgram
let services: Services
let datasetId: DatasetId
let runId: RunId
/** A label that is in the set, and one of its pictures as a new file. */
let label = ''
let newPicture = ''

const open = (): Promise<Services> =>
  createServices({
    ...{ workspace, workersFolder: program.workersFolder, projectFolder },
    jobs: createJobBoard(),
    emit: emitterOf(contract, () => {}),
  })
const asking = () => ({ datasetId, runId })
async function add(...paths: string[]): Promise<readonly AskedPicture[]> {
  await services.prediction.add({ ...asking(), paths })
  const { error } = await services.prediction.whenIdle({ datasetId })
  expect(error).toBeNull()
  return services.prediction.pictures({ datasetId })
}
const named = (pictures: readonly AskedPicture[], name: string) =>
  pictures.find((picture) => picture.name === name)!
const inSet = async () => {
  const { relativePaths, ids, labelIds } = await services.store.images.trainingRows(datasetId)
  const names = await services.store.labels.names(datasetId)
  return relativePaths.map((path, row) => ({
    path,
    id: ids[row]! as ImageId,
    label: names.get(labelIds[row]!) ?? null,
  }))
}

beforeAll(async () => {
  program = await buildProgram(false)
  await drawEmoji(images, 8, 48)
  await drawEmoji(join(folder, 'more'), 10, 48)
  services = await open()
  const { dataset, finished } = await services.dataset.importFolder(images)
  await finished
  datasetId = dataset.id
  const run = await services.training.start({ datasetId, request: { backend: 'wasm', steps: 8 } })
  runId = run.id
  const { state } = await services.training.finished(runId)
  expect(state.run.status).toBe('finished')
  const labels = (await readdir(images)).filter((name) => !name.includes('.'))
  label = labels[0]!
  const [first] = await readdir(join(images, label))
  newPicture = join(outside, 'a new one.png')
  await cp(join(folder, 'more'), outside, {
    recursive: true,
    filter: (path) => !labels.some((name) => path === join(folder, 'more', name)),
  })
  await sharp(join(images, label, first!))
    .rotate(4, { background: '#fff' })
    .toFile(newPicture)
  await writeFile(join(outside, 'broken.png'), 'no picture')
  await writeFile(join(outside, 'notes.txt'), 'no picture and not named like one')
}, 300_000)
afterAll(async () => {
  await services.close()
  await program.dispose()
  rmSync(folder, { recursive: true, force: true })
})

describe('pictures that are asked about', () => {
  it('answers for a folder, says what cannot be read, and who decided', async () => {
    const model = await services.prediction.model({ runId })
    expect(model.labelNames).toContain(label)
    expect(model.rates.map(({ asked }) => asked)).toEqual(
      model.rates.map(({ asked }) => asked).toSorted((a, b) => a - b),
    )
    for (const { asked, falseAccept } of model.rates) {
      expect(falseAccept).toBeLessThanOrEqual(asked + 1e-9)
    }
    const pictures = await add(outside)
    expect(named(pictures, 'broken.png')).toMatchObject({ leftOut: 'corrupt', answer: null })
    expect(named(pictures, 'notes.txt')).toBeUndefined()
    const found = named(pictures, 'a new one.png')
    expect(model.labelNames[found.answer!.label]).toBe(label)
    expect(found).toMatchObject({ imageId: null, labelNow: null, leftOut: null })
    const [neighbours] = await services.prediction.neighbours({ datasetId, ids: [found.id] })
    expect(neighbours![0]!.imageId).not.toBeNull()
    expect(neighbours!.map(({ distance }) => distance)).toEqual(
      neighbours!.map(({ distance }) => distance).toSorted((a, b) => a - b),
    )
    expect(services.prediction.state({ datasetId })).toMatchObject({ waiting: 0, notPictures: 2 })
    // Its thumbnail reaches the window by its number, and nothing else does.
    const shown = await services.readPicture(`image://asked/${datasetId}/${found.id}`)
    expect(shown?.length).toBeGreaterThan(0)
    expect(await services.readPicture(`image://asked/${datasetId + 1}/${found.id}`)).toBeNull()
    expect(await services.readPicture(`image://asked/${datasetId}/99999`)).toBeNull()
    // The same files again are no new pictures.
    expect(await add(outside)).toHaveLength(pictures.length)
  })

  it('takes a picture into the set, takes it back, and keeps it', async () => {
    const picture = named(await services.prediction.pictures({ datasetId }), 'a new one.png')
    const before = await inSet()
    const groups = [{ label, ids: [picture.id] }]
    const state = await services.prediction.accept({ datasetId, groups })
    expect(state.undo).toEqual({ kind: 'accept', imageCount: 1, label })
    const after = await inSet()
    expect(after).toHaveLength(before.length + 1)
    const added = after.find(({ path }) => path.endsWith('a new one.png'))!
    expect(added.label).toBe(label)
    expect(named(await services.prediction.pictures({ datasetId }), 'a new one.png')).toMatchObject(
      { imageId: added.id, labelNow: label },
    )
    expect(await readdir(join(images, label))).not.toContain('a new one.png')

    await services.labels.undo({ datasetId })
    expect(await inSet()).toEqual(before)
    await services.labels.redo({ datasetId })
    // The file that it came from may go; a rescan of the folder does not miss it.
    await rm(newPicture)
    const { finished } = await services.dataset.rescan({ datasetId })
    expect(await finished).toMatchObject({ added: 0, removed: 0 })
    await services.close()
    services = await open()
    expect(await inSet()).toEqual(after)
    const full = `image://picture/${datasetId}/${added.id}?size=full`
    expect((await services.readPicture(full))?.length).toBeGreaterThan(0)
    const detail = await services.dataset.detail({ imageId: added.id })
    expect(detail.history[0]).toMatchObject({ kind: 'label', to: label, undone: false })
  })

  it('answers for the images without a label, and takes many with their labels in one step', async () => {
    const some = (await inSet()).filter(({ path }) => !path.startsWith('.')).slice(0, 5)
    const imageIds = Uint32Array.from(some, ({ id }) => id)
    await services.labels.assign({ datasetId, imageIds, label: null })
    const before = await inSet()
    await services.prediction.addUnlabelled(asking())
    await services.prediction.whenIdle({ datasetId })
    const pictures = await services.prediction.pictures({ datasetId })
    expect(pictures.map(({ imageId }) => imageId).toSorted()).toEqual([...imageIds].toSorted())
    const { labelNames } = await services.prediction.model({ runId })
    const groups = new Map<string, number[]>()
    for (const { id, answer } of pictures) {
      const name = labelNames[answer!.label]!
      groups.set(name, [...(groups.get(name) ?? []), id])
    }
    groups.set('never seen', [groups.values().next().value!.pop()!])
    await services.prediction.accept({
      datasetId,
      groups: [...groups].map(([name, ids]) => ({ label: name, ids })),
    })
    const after = await inSet()
    expect(after.filter(({ label: name }) => name === null)).toHaveLength(0)
    expect(after.filter(({ label: name }) => name === 'never seen')).toHaveLength(1)
    const undone = await services.labels.undo({ datasetId })
    expect(undone.redo).toMatchObject({ kind: 'accept', imageCount: 5 })
    expect(await inSet()).toEqual(before)
    expect((await services.labels.list({ datasetId })).map(({ name }) => name)).not.toContain(
      'never seen',
    )
    await services.labels.undo({ datasetId })
  })

  it('calls a label as it is called today', async () => {
    const of = (await services.labels.list({ datasetId })).find(({ name }) => name === label)!
    await services.labels.rename({ datasetId, labelId: of.id, name: 'called anew' })
    const { labelNames } = await services.prediction.model({ runId })
    expect(labelNames).toContain('called anew')
    expect(labelNames).not.toContain(label)
    await services.labels.undo({ datasetId })
  })

  it('writes the columns of the command line', async () => {
    const file = join(folder, 'out.csv')
    const written = await services.prediction.writeCsv({ datasetId, falseAccept: 0.01, file })
    const [header, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\r\n')
    expect(header).toMatch(/^image,label,confidence,distance,known,n1,n1Label,n1Distance,n2,/)
    expect(lines).toHaveLength(written!.rows)
  })

  it('takes a picture from the clipboard, and finds what is like it', async () => {
    const { path, id } = (await inSet()).find(({ label: name }) => name === label)!
    expect(path).toMatch(/\.png$/)
    const bytes = await sharp((await services.readPicture(`image://picture/${datasetId}/${id}`))!)
      .resize(40)
      .png()
      .toBuffer()
    await services.prediction.paste({ ...asking(), bytes })
    await services.prediction.whenIdle({ datasetId })
    const pasted = named(await services.prediction.pictures({ datasetId }), 'pasted-1.png')
    const none = new Uint32Array(0)
    const like = { ...asking(), like: none, unlike: none, likeAsked: [pasted.id], top: 5 }
    const found = await services.prediction.rank(like)
    expect(found.found).toHaveLength(5)
    const labels = new Map((await inSet()).map((one) => [one.id, one.label]))
    expect(labels.get(found.found[0]!.imageId)).toBe(label)
    const scores = found.found.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    // What was added after the run is unknown to it; disliked ones are pushed away and left out.
    expect(found.unknown).toBe(1)
    const worst = found.found[0]!.imageId
    const unlike = Uint32Array.of(worst)
    const other = await services.prediction.rank({ ...like, unlike })
    expect(other.found.map(({ imageId }) => imageId)).not.toContain(worst)
    await expect(services.prediction.rank({ ...like, likeAsked: [] })).rejects.toMatchObject({
      code: 'invalidInput',
    })
  })

  it('refuses a model that cannot be used', async () => {
    await services.close()
    const file = join(runFolder(workspace, runId), 'model', 'references.f32')
    const numbers = readFileSync(file)
    numbers.writeFloatLE(NaN, 0)
    writeFileSync(file, numbers)
    services = await open()
    await expect(services.prediction.model({ runId })).rejects.toMatchObject({
      code: 'modelUnreadable',
    })
    await expect(services.prediction.addUnlabelled(asking())).rejects.toMatchObject({
      code: 'modelUnreadable',
    })
    await rm(join(runFolder(workspace, runId), 'model'), { recursive: true })
    await expect(services.prediction.model({ runId })).rejects.toMatchObject({
      code: 'modelUnreadable',
    })
  })
})
