import { reportIntervalMs } from '../../shared/model/jobs'
import type { StepProgress } from '../../shared/model/training'
import type { RecipeMessage } from './recipeMessages'

/** Sends the progress of steps together, at most ten times a second. */
export class StepBatcher {
  private steps: StepProgress[] = []
  private lastPost = 0

  constructor(
    private readonly post: (message: RecipeMessage) => void,
    private readonly now: () => number,
  ) {}

  add(progress: StepProgress): void {
    this.steps.push(progress)
    if (this.now() - this.lastPost >= reportIntervalMs) this.flush()
  }

  flush(): void {
    if (this.steps.length === 0) return
    this.post({ kind: 'steps', steps: this.steps })
    this.steps = []
    this.lastPost = this.now()
  }
}
