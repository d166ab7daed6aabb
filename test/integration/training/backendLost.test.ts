import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StartedProcess, startNodeProcess } from '../../../src/main/processes/startProcess'
import { createTurn } from '../../../src/main/jobs/turn'
import { createSweepService } from '../../../src/main/sweep/sweepService'
import { sweepRequest, type SweepState } from '../../../src/shared/model/sweep'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { hasTensorflow } from '../backend/support'
import { type BuiltProgram, buildProgram, projectFolder } from './builtProgram'
import { type TemporaryTraining, temporaryTraining } from './temporaryTraining'

/** The processes of the library, the newest last. */
const processes: StartedProcess[] = []
/** Hears of the next one that is asked for, which then never answers. */
let silence: ((started: StartedProcess) => void) | null = null
const startProcess: typeof startNodeProcess = (request) => {
  const silent = { ...request, file: '-e', arguments: ['setInterval(() => {}, 1000)'] }
  const started = startNodeProcess(silence === null ? request : silent)
  silence?.(started)
  silence = null
  processes.push(started)
  return started
}
const endLibrary = () => processes.at(-1)!.kill()

let training: TemporaryTraining
let program: BuiltProgram
beforeAll(async () => {
  training = await temporaryTraining(12, undefined, startProcess)
  program = await buildProgram(false)
}, 300_000)
afterAll(async () => {
  await training?.dispose()
  await program?.dispose()
})

const request: TrainingRequest = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 16,
  epochs: 12,
  classesPerBatch: 6,
  imagesPerClass: 4,
  backend: 'tensorflow',
}

describe.skipIf(!hasTensorflow)('when the process of the library ends in the middle', () => {
  async function loseRun() {
    const service = training.service()
    const { id } = await service.start({ datasetId: training.datasetId, request })
    await training.when(
      ({ run, stage, epochs }) => run.id === id && stage === 'training' && epochs.length >= 2,
    )
    endLibrary()
    const { state } = await service.finished(id)
    return { service, id, state }
  }

  it.each([
    ['the same backend', undefined, 'tensorflow'],
    ['another', 'wasm', 'wasm'],
  ] as const)('a run is interrupted and goes on, on %s', async (_, backend, name) => {
    const { service, id, state } = await loseRun()
    expect(state.run.status).toBe('interrupted')
    expect(state.error).toMatchObject({ code: 'backendLost' })
    expect(state.error!.message).toContain('(signal SIGKILL)')
    const behind = state.epochs.length

    await service.resumeRun({ runId: id, backend })
    const resumed = await training.when(({ run, epochs }) => run.id === id && epochs.length > 0)
    // From its checkpoint, not from the start.
    expect(resumed.epochs.length).toBeGreaterThanOrEqual(behind - 1)
    const { state: ended } = await service.finished(id)
    expect(ended.error).toBeNull()
    expect(ended.run.status).toBe('finished')
    expect(ended.run.backend!.name).toBe(name)
    expect(ended.run.after!.mapAtR).toBeGreaterThan(0)
  })

  it('a run is cancelled also before the library answers', async () => {
    const asked = new Promise<StartedProcess>((resolve) => (silence = resolve))
    const service = training.service()
    const { id } = await service.start({ datasetId: training.datasetId, request })
    const library = await asked
    await service.cancel({ runId: id })
    const { state } = await service.finished(id)
    expect(state.run.status).toBe('cancelled')
    expect(await library.ended).toBe('signal SIGKILL')
  })

  it('a sweep loses the run that was on, and trains the others', async () => {
    const { store, workspace, datasetId } = training
    const states: SweepState[] = []
    let hear = (_state: SweepState): void => {}
    const sweeps = createSweepService({
      store,
      workspace,
      workersFolder: program.workersFolder,
      projectFolder,
      startProcess,
      turn: createTurn(() => 'Emoji'),
      onProgress: (state) => {
        states.push(state)
        hear(state)
      },
    })
    try {
      const ended = new Promise<SweepState>((resolve) => {
        let hasEnded = false
        hear = (state) => {
          if (!hasEnded && state.rows[0]!.status === 'running') {
            hasEnded = true
            endLibrary()
          }
          if (state.status !== 'running') resolve(state)
        }
      })
      await sweeps.start({
        datasetId,
        request: v.parse(sweepRequest, {
          losses: ['triplet', 'proxyNCA'],
          training: { ...request, epochs: undefined, steps: 400 },
        }),
      })
      const { status, rows } = await ended
      expect(status).toBe('finished')
      expect(rows.map((row) => row.status).sort()).toEqual(['failed', 'finished'])
      expect(rows.find((row) => row.status === 'failed')!.error!.code).toBe('backendLost')
    } finally {
      await sweeps.close()
    }
  })
})
