/** How a row of labels.csv that is no exact path was understood; from the strictest on. */
export type LooseMatch = 'suffix' | 'percent' | 'case' | 'zeros' | 'extension'

/** Why a row of labels.csv labels nothing. */
type UnmatchedReason = 'absent' | 'ambiguous' | 'leftOut'

export interface UnmatchedRow {
  readonly line: number
  /** As the row has it. */
  readonly image: string
  readonly reason: UnmatchedReason
  /** Some of the images that it may mean; empty unless ambiguous. */
  readonly candidates: readonly string[]
}

/** Two rows of one image with different labels; the later one counts, an exact path before others. */
export interface Contradiction {
  readonly image: string
  readonly used: RowLabel
  readonly other: RowLabel
}
interface RowLabel {
  readonly line: number
  /** Null takes the label away. */
  readonly label: string | null
}

/** What became of labels.csv; lists hold the first 100. */
export interface LabelsFileReport {
  /** Rows with an image and a label. */
  readonly rows: number
  /** Rows that gave an image its label. */
  readonly used: number
  /** Name by the WHATWG Encoding Standard. */
  readonly encoding: string
  /** Neither a mark nor the bytes say so: it is the likeliest. */
  readonly isEncodingGuessed: boolean
  readonly loose: readonly {
    readonly kind: LooseMatch
    readonly count: number
    readonly example: { readonly row: string; readonly image: string }
  }[]
  readonly unmatched: readonly UnmatchedRow[]
  readonly unmatchedTotal: number
  readonly contradictions: readonly Contradiction[]
  readonly contradictionTotal: number
}

/** Names of labels that a person should look at; lists hold the first 100. */
export interface LabelNamesReport {
  /** Groups of names that look alike. */
  readonly alike: readonly (readonly string[])[]
  /** Names that were kept otherwise than they are written. */
  readonly cleaned: readonly { readonly from: string; readonly to: string }[]
  /** Too long, or with nothing that can be seen: their images have no label. */
  readonly refused: readonly string[]
}

/**
 * What was decided for a person when a picture was read: it is of one colour; a later frame or page
 * was taken; values were scaled by their range; it lies on black, because it vanishes on white.
 */
export const pictureNotes = ['blank', 'frame', 'page', 'range', 'ground'] as const
export type PictureNote = (typeof pictureNotes)[number]

/** Images with a note; at most 1,000 are named. */
export interface NotedPictures {
  readonly count: number
  readonly paths: readonly string[]
}
