import { AppError } from '../../shared/errors'
import type { DatasetId } from '../../shared/model/ids'
import type { QueuedWork } from '../../shared/model/queue'
import type { JobBoard, JobHandle } from './jobBoard'
import type { Turn } from './turn'

export interface TrainingQueueOptions {
  readonly jobs: JobBoard
  readonly turn: Turn
  nameOf(datasetId: DatasetId): string
  isImporting(datasetId: DatasetId): boolean
  /** Resolves once it trains. @throws AppError what the start throws */
  start(work: QueuedWork): Promise<unknown>
}

/** Trainings that wait for the one that is on, or for an import; first come, first served. */
export interface TrainingQueue {
  /** @param waitsForImport of its dataset, where one is on; else it trains on what is there */
  add(work: QueuedWork, waitsForImport: boolean): void
  /** An import has ended: what waited for it starts, or is called off where it is not whole. */
  importEnded(datasetId: DatasetId, isWhole: boolean): void
  /** Calls off what waits for a dataset. */
  endOf(datasetId: DatasetId): void
  /** Nothing starts any more. */
  close(): void
}

interface Entry {
  readonly work: QueuedWork
  readonly waitsForImport: boolean
  readonly job: JobHandle
}

export function createTrainingQueue(options: TrainingQueueOptions): TrainingQueue {
  const { jobs, turn } = options
  let entries: readonly Entry[] = []
  let isStarting = false
  let isClosed = false

  const isReady = ({ work, waitsForImport }: Entry): boolean =>
    !waitsForImport || !options.isImporting(work.datasetId)

  function startNext(): void {
    if (isClosed || isStarting || turn.holder() !== null) return
    const next = entries.find(isReady)
    if (next === undefined) return
    entries = entries.filter((entry) => entry !== next)
    isStarting = true
    options
      .start(next.work)
      .then(
        () => next.job.finished(),
        (failure: unknown) => {
          // Somebody was quicker: it keeps its place.
          if (failure instanceof AppError && failure.code === 'trainingBusy') {
            entries = [next, ...entries]
          } else next.job.failed(failure)
        },
      )
      .finally(() => {
        isStarting = false
        startNext()
      })
  }
  // Whoever gave the turn back has something to say of its end first.
  const soon = (): void => queueMicrotask(startNext)
  turn.onFree(soon)

  function takeOut(isTaken: (entry: Entry) => boolean): readonly Entry[] {
    const taken = entries.filter(isTaken)
    entries = entries.filter((entry) => !isTaken(entry))
    return taken
  }

  return {
    add(work, waitsForImport) {
      const job = jobs.start({
        kind: work.kind === 'sweep' || work.kind === 'resumeSweep' ? 'sweep' : 'training',
        subject: options.nameOf(work.datasetId),
        datasetId: work.datasetId,
        isWaiting: true,
        cancel: () => {
          takeOut((entry) => entry.job === job)
          job.cancelled()
        },
      })
      entries = [...entries, { work, waitsForImport, job }]
      soon()
    },
    importEnded(datasetId, isWhole) {
      if (!isWhole) {
        const calledOff = takeOut(
          (entry) => entry.waitsForImport && entry.work.datasetId === datasetId,
        )
        for (const { job } of calledOff) {
          job.failed(
            new AppError(
              'importUnfinished',
              'The import did not come to its end, so the training that waited for it was called off. Import again, or train on what is there.',
              { datasetId },
            ),
          )
        }
      }
      soon()
    },
    endOf(datasetId) {
      for (const { job } of takeOut(({ work }) => work.datasetId === datasetId)) job.cancelled()
    },
    close() {
      isClosed = true
      entries = []
    },
  }
}
