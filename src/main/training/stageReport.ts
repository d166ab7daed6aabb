import type { TrainingStage } from '../../shared/model/training'
import type { WorkerMessage } from './messages'

const postEveryMs = 100

/** Says how far a training is, at most ten times a second within a stage. */
export class StageReport {
  private lastPost = 0

  constructor(readonly post: (message: WorkerMessage) => void) {}

  stage(stage: TrainingStage, done: number, total: number): void {
    this.lastPost = performance.now()
    this.post({ kind: 'stage', stage, done, total })
  }

  progress(stage: TrainingStage, done: number, total: number): void {
    if (done < total && performance.now() - this.lastPost < postEveryMs) return
    this.stage(stage, done, total)
  }
}
