import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import type { NearestAnswer, NearestQuestion, ProjectionJob } from './messages'

type Nearest = Pick<NearestAnswer, 'rows' | 'similarities'>

interface Asked {
  readonly resolve: (answer: Nearest) => void
  readonly reject: (error: unknown) => void
}

interface Searcher {
  /** Of the embeddings that it holds. */
  readonly fingerprint: string
  readonly worker: WorkerHandle<NearestQuestion>
  readonly asked: Map<number, Asked>
}

/** So long nobody has asked: the embeddings are let go. */
const idleMs = 60_000

/**
 * Finds nearest rows of the embeddings of a run in a worker, which reads and keeps those of the run
 * that was asked for last, until nobody has asked for a while.
 */
export class NearestSearch {
  private searcher: Searcher | null = null
  private idle: NodeJS.Timeout | null = null
  private nextId = 1

  constructor(private readonly workersFolder: string) {}

  /** @param fingerprint changes when the embeddings in the folder do */
  async nearest(
    run: { readonly runFolder: string; readonly fingerprint: string },
    row: number,
    count: number,
  ): Promise<Nearest> {
    if (this.searcher !== null && this.searcher.fingerprint !== run.fingerprint) await this.close()
    const { worker, asked } = (this.searcher ??= this.start(run))
    this.wait()
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject })
      worker.post({ id, row, count })
    })
  }

  /** Lets the embeddings go; whoever waits for an answer hears that it does not come. */
  async close(): Promise<void> {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = null
    const { searcher } = this
    this.searcher = null
    await searcher?.worker.terminate()
  }

  private start({ runFolder, fingerprint }: { runFolder: string; fingerprint: string }): Searcher {
    const asked = new Map<number, Asked>()
    const job: ProjectionJob = { kind: 'search', runFolder }
    const worker = startWorker<NearestQuestion, NearestAnswer>({
      file: join(this.workersFolder, 'projection.js'),
      name: 'projection',
      data: job,
      onMessage: ({ id, rows, similarities }) => {
        asked.get(id)?.resolve({ rows, similarities })
        asked.delete(id)
      },
    })
    const searcher = { fingerprint, worker, asked }
    const giveUp = (error: unknown) => {
      if (this.searcher === searcher) this.searcher = null
      for (const { reject } of asked.values()) reject(error)
      asked.clear()
    }
    worker.ended.then(() => {
      giveUp(
        new AppError('busy', 'The search for neighbours was given up. Ask again.', {
          run: runFolder,
        }),
      )
    }, giveUp)
    return searcher
  }

  private wait(): void {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = setTimeout(() => {
      if (this.searcher !== null && this.searcher.asked.size > 0) return this.wait()
      void this.close()
    }, idleMs)
    this.idle.unref()
  }
}
