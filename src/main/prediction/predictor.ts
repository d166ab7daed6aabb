import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import type {
  AskedPredictor,
  PredictorAnswers,
  PredictorJob,
  PredictorMessage,
  PredictorQuestion,
} from './messages'

/** So long nobody has asked: the model is let go. */
const idleMs = 60_000

interface Asked {
  readonly resolve: (value: PredictorAnswers[keyof PredictorAnswers]) => void
  readonly reject: (error: unknown) => void
}

interface Started {
  readonly modelFolder: string
  readonly worker: WorkerHandle<AskedPredictor>
  readonly asked: Map<number, Asked>
}

/** Asks the model of a run in a worker, which keeps the one that was asked last for a while. */
export class Predictor {
  private started: Started | null = null
  private idle: NodeJS.Timeout | null = null
  private nextId = 1

  constructor(private readonly workersFolder: string) {}

  /** @throws AppError modelUnreadable, embeddingsDamaged, workerCrashed */
  async ask<Question extends PredictorQuestion>(
    job: PredictorJob,
    question: Question,
  ): Promise<PredictorAnswers[Question['kind']]> {
    if (this.started !== null && this.started.modelFolder !== job.modelFolder) await this.close()
    const { worker, asked } = (this.started ??= this.start(job))
    this.wait()
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      asked.set(id, {
        resolve: (value) => resolve(value as PredictorAnswers[Question['kind']]),
        reject,
      })
      worker.post({ id, question })
    })
  }

  /** Whoever waits for an answer hears that it does not come. */
  async close(): Promise<void> {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = null
    const { started } = this
    this.started = null
    await started?.worker.terminate()
  }

  private start(job: PredictorJob): Started {
    const asked = new Map<number, Asked>()
    const worker = startWorker<AskedPredictor, PredictorMessage>({
      file: join(this.workersFolder, 'prediction.js'),
      name: 'prediction',
      data: job,
      onMessage: (message) => {
        const one = asked.get(message.id)
        asked.delete(message.id)
        if ('error' in message) one?.reject(AppError.from(message.error))
        else one?.resolve(message.value)
      },
    })
    const started = { modelFolder: job.modelFolder, worker, asked }
    const giveUp = (error: unknown) => {
      if (this.started === started) this.started = null
      for (const { reject } of asked.values()) reject(error)
      asked.clear()
    }
    worker.ended.then(
      () => giveUp(new AppError('busy', 'The prediction was given up. Ask again.')),
      giveUp,
    )
    return started
  }

  private wait(): void {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = setTimeout(() => {
      if (this.started !== null && this.started.asked.size > 0) return this.wait()
      void this.close()
    }, idleMs)
    this.idle.unref()
  }
}
