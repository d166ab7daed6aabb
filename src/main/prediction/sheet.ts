import type { LeftOutReason } from '../../shared/model/dataset'
import type { DatasetId, ImageId, RunId } from '../../shared/model/ids'
import type { AskingState } from '../../shared/model/asked'
import type { FileResult } from '../dataset/thumbnailProtocol'

type ReadPicture = Extract<FileResult, { readonly kind: 'image' }>

/** A picture that was asked about. */
export interface SheetPicture {
  readonly id: number
  readonly name: string
  /** Absolute path; null: it is of the set. */
  readonly file: string | null
  /** Of the set, where it was asked about as such. */
  readonly imageId: ImageId | null
  /** Null until it was read. */
  read: (ReadPicture & { readonly bytes: number; readonly modifiedAt: number }) | null
  leftOut: LeftOutReason | null
  answer: SheetAnswer | null
}

interface SheetAnswer {
  readonly runId: RunId
  readonly label: number
  readonly confidence: number
  readonly strangeness: number
  /** Rows of the model's references, nearest first, and how far they are. */
  readonly rows: Uint32Array
  readonly distances: Float64Array
  /** L2-normalised. */
  readonly unit: Float32Array
}

/** What is asked about in one dataset, for as long as the program runs. */
export interface Sheet {
  readonly datasetId: DatasetId
  readonly pictures: Map<number, SheetPicture>
  state: AskingState
  /** Folder of what was pasted. */
  pastedFolder: string | null
  pasted: number
  /** What is being done, and what ends it. */
  work: { readonly controller: AbortController; readonly ended: Promise<void> } | null
  /** To be done after it. */
  readonly waiting: (() => Promise<void>)[]
}

export const emptySheet = (datasetId: DatasetId): Sheet => ({
  datasetId,
  pictures: new Map(),
  state: {
    ...{ datasetId, revision: 0, phase: 'idle', done: 0, total: 0, runId: null },
    ...{ pictures: 0, waiting: 0, notPictures: 0, beyondMost: 0, error: null },
  },
  pastedFolder: null,
  pasted: 0,
  work: null,
  waiting: [],
})
