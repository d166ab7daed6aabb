import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadModel } from '../../../src/main/runs/modelFiles'
import { runFolder } from '../../../src/main/workspace'
import type { RunId } from '../../../src/shared/model/ids'
import type { EpochRecord, TrainingRequest } from '../../../src/shared/model/training'
import { temporaryTraining, type TemporaryTraining } from './temporaryTraining'

let training: TemporaryTraining
beforeAll(async () => {
  training = await temporaryTraining(12)
}, 300_000)
afterAll(() => training?.dispose())

const small: TrainingRequest = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 16,
  epochs: 8,
  classesPerBatch: 6,
  imagesPerClass: 4,
  backend: 'wasm',
  loss: { name: 'proxyAnchor', options: {} },
  schedule: 'cosine',
  emaDecay: 0.9,
}
const head: TrainingRequest = { embeddingSize: 32, steps: 1200, backend: 'wasm' }

/** What a run ends with, but for the clock. */
async function numbersOf(id: RunId) {
  const service = training.service()
  const { run } = (await service.state({ runId: id }))!
  const epochs = await training.store.runs.epochs(id)
  const { step, loss, embeddingNorm } = await service.curve({ runId: id })
  const triplets = await training.store.triplets.all(id)
  return {
    after: run.after,
    closedForm: run.closedForm,
    bestEpoch: run.bestEpoch,
    epochs: epochs.map(({ imagesPerSecond: _, ...record }): Partial<EpochRecord> => record),
    curve: [step, loss, embeddingNorm].map((column) => [...column]),
    triplets: triplets.map((t) => [t.anchor, t.positive, t.negative, t.minedLoss, t.timesMined]),
  }
}

function flipLast(bytes: Buffer): Buffer {
  const harmed = Buffer.from(bytes)
  harmed[harmed.length - 50]! ^= 1
  return harmed
}

const modelOf = (id: RunId) => loadModel(join(runFolder(training.workspace, id), 'model'))

describe('a run that was interrupted', () => {
  it.each([
    ['a small network with proxies', small],
    [
      'a residual network',
      { ...small, network: 'residual', networkDepth: 1, networkWidth: 8 } satisfies TrainingRequest,
    ],
    ['a head', head],
  ])('goes on with the numbers it would have had: %s', async (_, request) => {
    const whole = await training.run(request)
    expect(whole.state.run.status).toBe('finished')

    const { datasetId } = training
    const { id } = await training.service().start({ datasetId, request })
    const killed = await training.when(
      ({ run, stage, epochs }) => run.id === id && stage === 'training' && epochs.length >= 3,
    )
    await training.restart()
    const service = training.service()
    const left = await service.state({ runId: id })
    expect(left!.run.status).toBe('interrupted')
    expect(left!.run.after).toBeNull()
    expect(existsSync(join(runFolder(training.workspace, id), 'checkpoint.bin'))).toBe(true)

    const resumed = await service.resumeRun({ runId: id })
    expect(resumed).toMatchObject({ id, status: 'running' })
    const { state } = await service.finished(id)
    expect(state.error).toBeNull()
    expect(state.run.status).toBe('finished')
    expect(state.run.durationMs).toBeGreaterThan(killed.run.durationMs)
    expect(await numbersOf(id)).toEqual(await numbersOf(whole.id))
    expect(await modelOf(id)).toEqual(await modelOf(whole.id))
    expect(existsSync(join(runFolder(training.workspace, id), 'checkpoint.bin'))).toBe(false)
  })

  it.each([
    ['as it was left', false],
    ['in another state, which shows that it is not measured again', true],
  ])('goes on with what finding the start had measured: %s', async (_, isChanged) => {
    // Labels so few that every fold is trained without.
    const request: TrainingRequest = {
      features: 'conv15',
      embeddingSize: 16,
      steps: 40,
      backend: 'wasm',
    }
    const whole = await training.run(request)
    const { datasetId } = training
    const { id } = await training.service().start({ datasetId, request })
    const file = join(runFolder(training.workspace, id), 'start.json')
    // Long before the last fold is through.
    await training.when(({ run }) => run.id === id && existsSync(file))
    await training.restart()
    expect(existsSync(join(runFolder(training.workspace, id), 'checkpoint.bin'))).toBe(false)
    const { parts, ...rest } = JSON.parse(await readFile(file, 'utf8')) as {
      parts: Record<string, [unit: number, score: number][][]>
    }
    expect(Object.keys(parts)[0]).toBe('forms')
    if (isChanged) {
      for (const [name, found] of Object.entries(parts)) {
        parts[name] = found.map((of) => of.map(([unit]) => [unit, 1]))
      }
      await writeFile(file, JSON.stringify({ ...rest, parts }))
    }
    await training.service().resumeRun({ runId: id })
    const { state } = await training.service().finished(id)
    expect(state.error).toBeNull()
    expect(existsSync(file)).toBe(false)
    const { kept } = whole.state.run
    if (isChanged) expect(state.run.kept?.heldOut?.features.mapAtR).toBe(1)
    else {
      expect(state.run.kept).toEqual(kept)
      expect(await numbersOf(id)).toEqual(await numbersOf(whole.id))
    }
  })

  it.each([
    ['the newest torn off', ['checkpoint.bin'], (bytes: Buffer) => bytes.subarray(0, -100), 1],
    ['the newest with a byte flipped', ['checkpoint.bin'], flipLast, 1],
    ['both', ['checkpoint.bin', 'checkpoint.previous.bin'], flipLast, 0],
  ] as const)('goes on from what is whole, and says so: %s', async (_, files, harm, least) => {
    const request = { ...small, epochs: 40 }
    const whole = await training.run(request)
    const { datasetId, workspace } = training
    const { id } = await training.service().start({ datasetId, request })
    const folder = runFolder(workspace, id)
    await training.when(
      ({ run, epochs }) =>
        run.id === id && epochs.length >= 3 && existsSync(join(folder, 'checkpoint.previous.bin')),
    )
    await training.restart()
    for (const name of files) {
      await writeFile(join(folder, name), harm(await readFile(join(folder, name))))
    }
    await training.service().resumeRun({ runId: id })
    const { state } = await training.service().finished(id)
    expect(state.run.status).toBe('finished')
    const said = state.warnings.find(({ kind }) => kind === 'damagedCheckpoint')
    expect(said).toBeDefined()
    if (least === 0) expect(said!.epoch).toBe(0)
    else expect(said!.epoch).toBeGreaterThanOrEqual(least)
    expect(await numbersOf(id)).toEqual(await numbersOf(whole.id))
    expect(existsSync(join(folder, 'checkpoint.previous.bin'))).toBe(false)
  })

  it('comes again where its checkpoint is ahead of what was stored of it', async () => {
    const request = { ...small, epochs: 12 }
    const whole = await training.run(request)
    const { datasetId, store, workspace } = training
    const { id } = await training.service().start({ datasetId, request })
    const previous = join(runFolder(workspace, id), 'checkpoint.previous.bin')
    await training.when(
      ({ run, epochs }) => run.id === id && epochs.length >= 3 && existsSync(previous),
    )
    await training.restart()
    // As a kill leaves it that comes before the records of the last epochs are on the disk.
    await store.runs.cutEpochs(id, 0)
    await training.service().resumeRun({ runId: id })
    const { state } = await training.service().finished(id)
    expect(state.run.status).toBe('finished')
    expect(state.warnings.filter(({ kind }) => kind === 'damagedCheckpoint')).toEqual([])
    expect(await numbersOf(id)).toEqual(await numbersOf(whole.id))
  })

  it('goes on after it failed, and can be removed in the moment in which it ends', async () => {
    const { datasetId, store } = training
    const { id } = await training.service().start({ datasetId, request: small })
    await training.when(({ run, epochs }) => run.id === id && epochs.length >= 2)
    await training.restart()
    await store.runs.update(id, { status: 'failed' })
    const gone = new Promise<unknown>((resolve) => {
      void training.when(({ run }) => {
        if (run.id !== id || run.status === 'running') return false
        resolve(training.service().removeRun({ runId: id }))
        return true
      })
    })
    await training.service().resumeRun({ runId: id })
    await expect(gone).resolves.toBe(true)
    expect(await training.service().state({ runId: id })).toBeNull()
  })

  it('keeps what a loss has learned beside the model', async () => {
    const { id } = await training.run({ ...small, epochs: 1 })
    const { lossParameters } = await modelOf(id)
    expect(Object.keys(lossParameters)).toEqual(['proxies'])
    expect(lossParameters['proxies']!.length % 16).toBe(0)
    expect(lossParameters['proxies']!.every(Number.isFinite)).toBe(true)
  })

  it('starts over where it was interrupted before its first checkpoint', async () => {
    const { datasetId, store } = training
    const service = training.service()
    const { options } = await service.plan({ datasetId, request: { ...small, epochs: 2 } })
    const id = await store.runs.create(datasetId, options, Date.now())
    await service.recover()
    await service.resumeRun({ runId: id })
    const { state } = await service.finished(id)
    expect(state.run.status).toBe('finished')
    expect(state.epochs.map(({ epoch }) => epoch)).toEqual([1, 2])
    await expect(service.resumeRun({ runId: id })).rejects.toMatchObject({ code: 'invalidInput' })
  })

  it('does not go on where labels have changed meanwhile', async () => {
    const { datasetId, store } = training
    const { id } = await training.service().start({ datasetId, request: small })
    await training.when(({ run, epochs }) => run.id === id && epochs.length >= 2)
    await training.restart()
    const { ids } = await store.images.trainingRows(datasetId)
    await store.database.run('UPDATE image SET excluded = 1 WHERE id = ?', [ids[0]!])
    await expect(training.service().resumeRun({ runId: id })).rejects.toThrow(/have changed/)
    await store.database.run('UPDATE image SET excluded = 0 WHERE id = ?', [ids[0]!])
    expect((await training.service().state({ runId: id }))!.run.status).toBe('interrupted')
    await training.service().resumeRun({ runId: id })
    const { state } = await training.service().finished(id)
    expect(state.run.status).toBe('finished')
  })
})
