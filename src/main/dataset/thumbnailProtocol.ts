import type { LeftOutReason } from '../../shared/model/dataset'
import type { PictureNote } from '../../shared/model/importReport'

/** Second argument of the program, after the folder of thumbnails: it runs at a low priority. */
export const givesWay = 'gives-way'

export interface ThumbnailCommand {
  readonly batch: number
  /** Absolute paths. */
  readonly files: readonly string[]
}

/** Result i is of file i of the batch. */
export interface ThumbnailMessage {
  readonly batch: number
  readonly results: readonly FileResult[]
}

export type FileResult =
  | {
      readonly kind: 'image'
      readonly sha256: string
      readonly perceptualHash: string
      readonly widthPx: number
      readonly heightPx: number
      readonly format: string
      readonly notes: readonly PictureNote[]
    }
  | { readonly kind: 'leftOut'; readonly reason: LeftOutReason; readonly detail: string }
  /** Not a picture and not named like one: nothing to report. */
  | { readonly kind: 'notImage' }
  /** The cache could not be written: the import cannot go on. */
  | { readonly kind: 'failed'; readonly errno: string; readonly detail: string }
