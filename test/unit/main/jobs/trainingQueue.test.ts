import { beforeEach, describe, expect, it } from 'vitest'
import { createJobBoard, type JobBoard } from '../../../../src/main/jobs/jobBoard'
import { createTrainingQueue, type TrainingQueue } from '../../../../src/main/jobs/trainingQueue'
import { createTurn, type Turn } from '../../../../src/main/jobs/turn'
import { AppError } from '../../../../src/shared/errors'
import type { DatasetId } from '../../../../src/shared/model/ids'
import type { QueuedWork } from '../../../../src/shared/model/queue'
import { manualClock } from './manualClock'

const cats = 1 as DatasetId
const dogs = 2 as DatasetId
const workOf = (datasetId: DatasetId): QueuedWork => ({ kind: 'run', datasetId, request: {} })
const nameOf = (datasetId: DatasetId): string => (datasetId === cats ? 'Cats' : 'Dogs')
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let board: JobBoard
let turn: Turn
let queue: TrainingQueue
let importing: Set<DatasetId>
let started: DatasetId[]
let giveBack: () => void
let failure: AppError | null

beforeEach(() => {
  board = createJobBoard(manualClock())
  turn = createTurn(nameOf)
  importing = new Set()
  started = []
  failure = null
  queue = createTrainingQueue({
    jobs: board,
    turn,
    nameOf,
    isImporting: (datasetId) => importing.has(datasetId),
    start: async ({ datasetId }) => {
      await Promise.resolve()
      if (failure !== null) throw failure
      giveBack = turn.take({ kind: 'training', datasetId })
      started.push(datasetId)
    },
  })
})

const phases = () => board.list().map(({ subject, phase }) => `${subject} ${phase}`)

describe('the queue of trainings', () => {
  it('starts one after the other, first come first', async () => {
    giveBack = turn.take({ kind: 'sweep', datasetId: dogs })
    queue.add(workOf(cats), false)
    queue.add(workOf(dogs), false)
    await settled()
    expect(started).toEqual([])
    expect(phases()).toEqual(['Cats waiting', 'Dogs waiting'])
    giveBack()
    await settled()
    expect(started).toEqual([cats])
    giveBack()
    await settled()
    expect(started).toEqual([cats, dogs])
  })

  it('starts at once what waits for nothing', async () => {
    queue.add(workOf(cats), true)
    await settled()
    expect(started).toEqual([cats])
  })

  it('lets others go first while an import is on, and starts when all images are in', async () => {
    importing.add(cats)
    queue.add(workOf(cats), true)
    queue.add(workOf(dogs), true)
    await settled()
    expect(started).toEqual([dogs])
    giveBack()
    importing.delete(cats)
    queue.importEnded(cats, true)
    await settled()
    expect(started).toEqual([dogs, cats])
  })

  it('calls off, and says so, what waited for an import that did not come to its end', async () => {
    importing.add(cats)
    queue.add(workOf(cats), true)
    importing.delete(cats)
    queue.importEnded(cats, false)
    await settled()
    expect(started).toEqual([])
    expect(board.list()[0]).toMatchObject({ phase: 'failed', error: { code: 'importUnfinished' } })
  })

  it('says why one could not start, and goes on with the next', async () => {
    failure = new AppError('tooFewClasses', 'One label.')
    queue.add(workOf(cats), false)
    await settled()
    expect(board.list()[0]).toMatchObject({ phase: 'failed', error: { code: 'tooFewClasses' } })
    failure = null
    queue.add(workOf(dogs), false)
    await settled()
    expect(started).toEqual([dogs])
  })

  it('starts nothing that was cancelled on the board, or whose dataset is forgotten', async () => {
    giveBack = turn.take({ kind: 'training', datasetId: dogs })
    queue.add(workOf(cats), false)
    queue.add(workOf(dogs), false)
    board.cancel(board.list()[0]!.id)
    queue.endOf(dogs)
    giveBack()
    await settled()
    expect(started).toEqual([])
    expect(phases()).toEqual(['Cats cancelled', 'Dogs cancelled'])
  })
})

describe('the job board', () => {
  const start = (datasetId: DatasetId, cancel = (): void => {}) =>
    board.start({ kind: 'training', subject: nameOf(datasetId), datasetId, cancel })

  it('keeps a failure until it is taken off, or the next of its kind starts', () => {
    start(cats).failed(new AppError('diskFull', 'Full.'))
    start(dogs)
    expect(phases()).toEqual(['Cats failed', 'Dogs running'])
    start(cats)
    expect(phases()).toEqual(['Dogs running', 'Cats running'])
    const failed = start(dogs)
    failed.failed(new Error('again'))
    board.cancel(failed.id)
    expect(phases()).toEqual(['Dogs running', 'Cats running'])
  })

  it('ends all of a dataset, and waits for it', async () => {
    const job = start(cats, () => queueMicrotask(() => job.cancelled()))
    start(dogs)
    await board.endOf(cats)
    expect(phases()).toEqual(['Cats cancelled', 'Dogs running'])
    board.forget(cats)
    expect(phases()).toEqual(['Dogs running'])
  })
})
