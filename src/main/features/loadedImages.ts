import type { Interruption } from '../../core/interruption'
import type { InputSource } from '../../core/inputSource'
import { AppError } from '../../shared/errors'
import type { ModelInput } from '../runs/modelFiles'
import type { StageReport } from '../../core/recipes/stageReport'

/** The images of a job as rows of numbers: frozen features, or pixels. */
export interface LoadedImages {
  readonly source: InputSource
  /** What the rows are, as a model that is trained on them says it. */
  readonly input: ModelInput
  /** For each image of the job 1 where its row holds something. */
  readonly isReadable: Uint8Array
  readonly unreadable: readonly { readonly id: number; readonly reason: string }[]
}

/** Who hears of the loading, and may end it. */
export interface LoadingReport {
  readonly onProgress: (done: number, total: number) => void
  readonly interruption: Interruption
  /** Is told how long it took; absent: nobody asks. */
  readonly work?: StageReport
}

/** @throws AppError trainingFailed where there are images and none could be read */
export function checkAnyReadable({
  isReadable,
  unreadable,
}: Pick<LoadedImages, 'isReadable' | 'unreadable'>): void {
  if (isReadable.length === 0 || isReadable.includes(1)) return
  throw new AppError(
    'trainingFailed',
    `None of the images could be read (${unreadable[0]?.reason ?? 'no reason given'}). Is the folder still there? Rescan it and train again.`,
  )
}
