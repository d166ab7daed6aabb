import type { BatchRequest, PictureBatch } from './decodeBatch'

/** To the thread that decodes pictures. */
export type DecodingCommand =
  | { readonly kind: 'decode'; readonly id: number; readonly request: BatchRequest }
  /** What was not begun is left. */
  | { readonly kind: 'close' }

/** The pixels of a batch change hands without a copy. */
export interface DecodingAnswer {
  readonly id: number
  readonly batch: PictureBatch
}
