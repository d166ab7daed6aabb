import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { PairComparison } from '../../shared/model/comparison'
import type { RunId } from '../../shared/model/ids'
import type { StoredRun } from '../db/repositories/runRepository'
import type { Store } from '../db/store'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import { runFolder, type Workspace } from '../workspace'
import type { ComparedRun, PairJob, PairMessage } from './messages'

interface PairServiceOptions {
  readonly store: Store
  readonly workspace: Workspace
  readonly workersFolder: string
}

interface AskedPair {
  readonly earlierId: RunId
  readonly laterId: RunId
}

/** Holds two runs against each other in a worker; the newest question is the one that counts. */
export class PairService {
  private worker: WorkerHandle<never> | null = null

  constructor(private readonly options: PairServiceOptions) {}

  async pair({ earlierId, laterId }: AskedPair): Promise<PairComparison> {
    const { store, workspace, workersFolder } = this.options
    const [earlier, later] = await Promise.all([this.find(earlierId), this.find(laterId)])
    if (earlier.datasetId !== later.datasetId || earlierId === laterId) {
      throw new AppError(
        'invalidInput',
        'Only two different runs of the same images can be compared. Choose two of one dataset.',
        { earlier: earlierId, later: laterId },
      )
    }
    const rows = await store.images.trainingRows(earlier.datasetId)
    const shown = [...rows.ids.keys()].filter((row) => rows.excluded[row] === 0)
    const job: PairJob = {
      kind: 'pair',
      imageIds: Uint32Array.from(shown, (row) => rows.ids[row]!),
      labelIds: Uint32Array.from(shown, (row) => rows.labelIds[row]!),
      earlier: { ...comparedRun(workspace, earlier), resultKey: null, gainKey: null },
      later: { ...comparedRun(workspace, later), resultKey: null, gainKey: null },
    }
    await this.worker?.terminate()
    let answer: PairMessage | null = null
    const worker = startWorker<never, PairMessage>({
      file: join(workersFolder, 'comparison.js'),
      name: 'comparison',
      data: job,
      onMessage: (message) => (answer = message),
    })
    this.worker = worker
    await worker.ended
    if (this.worker === worker) this.worker = null
    return resultOf(answer)
  }

  async close(): Promise<void> {
    await this.worker?.terminate()
  }

  private async find(runId: RunId): Promise<StoredRun> {
    const run = await this.options.store.runs.find(runId)
    if (run === undefined) {
      throw new AppError('notFound', `There is no run ${runId} any more. Choose another run.`, {
        run: runId,
      })
    }
    if (!run.summary.hasEmbeddings) {
      throw new AppError(
        'noEmbeddings',
        `Run ${runId} saved no embeddings, so there is nothing to compare. Choose a finished run.`,
        { run: runId },
      )
    }
    return run
  }
}

/** Of a run, what measuring it again needs. */
export const comparedRun = (
  workspace: Workspace,
  { summary: { id, options } }: Pick<StoredRun, 'summary'>,
): Pick<ComparedRun, 'runId' | 'folder' | 'split' | 'seed'> => ({
  runId: id,
  folder: runFolder(workspace, id),
  split: options.split,
  seed: options.seed,
})

function resultOf(answer: PairMessage | null): PairComparison {
  if (answer === null) {
    throw new AppError('busy', 'Another two runs were asked for meanwhile. Ask again.')
  }
  if (answer.kind === 'pairFailed') throw AppError.from(answer.error)
  return answer.pair
}
