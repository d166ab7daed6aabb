import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSpeeds, speedsFile } from '../../../src/main/training/measuredSpeeds'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import { type TemporaryTraining, temporaryTraining } from './temporaryTraining'

let training: TemporaryTraining
beforeAll(async () => {
  training = await temporaryTraining(12)
}, 300_000)
afterAll(() => training?.dispose())

const estimate = async (features: string) => {
  const input = { datasetId: training.datasetId, request: { ...request, features } }
  return (await training.service().plan(input)).estimatedSeconds
}
const request = { steps: 20, embeddingSize: 64 }

describe('the estimate of a plan', () => {
  it('comes from what was measured, and a run corrects it', async () => {
    const { cacheFolder } = training.workspace
    const backend = await training.service().probeBackend()
    const shipped = shippedSpeeds[backend.name].features
    await mkdir(cacheFolder, { recursive: true })
    const promised = await estimate('conv10')
    openSpeeds(cacheFolder).learn(backend, [
      { kind: 'features', amount: 96, seconds: 96 * 100 * shipped },
    ])
    // 96 images, none of which was seen before.
    expect(await estimate('conv10')).toBeCloseTo(promised + 96 * 99 * shipped, -1)

    const left: number[] = []
    const input = { datasetId: training.datasetId, request: { ...request, features: 'conv10' } }
    const run = await training.service().start(input)
    const isOver = training.when((state) => {
      if (state.remainingMs !== null) left.push(state.remainingMs)
      return state.run.status === 'finished'
    })
    await training.service().finished(run.id)
    await isOver
    expect(left[0]).toBeGreaterThan(20 * 96 * shipped * 1000)
    expect(left.every((ms) => ms >= 0)).toBe(true)
    expect(left.at(-1)).toBeLessThan(left[0]! / 20)

    const written = JSON.parse(await readFile(speedsFile(cacheFolder), 'utf8')) as {
      backends: { description: string; seconds: Record<string, number[]> }[]
    }
    expect(written.backends.map(({ description }) => description)).toEqual([backend.description])
    const { seconds } = written.backends[0]!
    expect(seconds['features']).toHaveLength(2)
    expect(seconds['starting']).toHaveLength(1)
    // Others may keep the machine busy, but not as busy as that.
    expect(seconds['features']![1]).toBeLessThan(seconds['features']![0]! / 2)
    expect(openSpeeds(cacheFolder).of('auto', backend).features).toBeLessThan(50 * shipped)
    // The cache lacks the other layer, so its features are to be computed by what is now known.
    expect(await estimate('conv13')).toBeLessThan(promised + 96 * 50 * shipped)
  }, 300_000)

  it('is of the shipped speeds where the file is damaged, and training goes on', async () => {
    const { cacheFolder } = training.workspace
    await writeFile(speedsFile(cacheFolder), '{"version": 1, "backends": [{')
    const { state } = await training.run({ ...request, features: 'conv10' })
    expect(state.error).toBeNull()
    expect(await readFile(speedsFile(cacheFolder), 'utf8')).toContain('"version": 1')
  }, 300_000)
})
