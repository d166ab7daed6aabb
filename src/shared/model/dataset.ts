import * as v from 'valibot'
import type { LabelNamesReport, LabelsFileReport, NotedPictures, PictureNote } from './importReport'
import { type DatasetId, type ImageId, type LabelId, labelId } from './ids'

export interface DatasetSummary {
  readonly id: DatasetId
  readonly name: string
  /** Absolute path of the person's folder; shown, never sent back. */
  readonly folder: string
  readonly folderExists: boolean
  readonly imageCount: number
  readonly labelCount: number
  readonly unlabelledCount: number
  readonly excludedCount: number
  /** Files that the last import left out; the report has the reasons. */
  readonly leftOutCount: number
  /** Links out of the folder are followed, because a person asked for it. */
  readonly followsLinks: boolean
  readonly openedAt: number
}

/** A folder that was to be imported and looks like a dataset whose own folder is gone. */
export interface MovedFolder {
  readonly datasetId: DatasetId
  /** Of the dataset. */
  readonly name: string
  /** Where the dataset's folder was. */
  readonly formerFolder: string
  /** The folder that was to be imported; shown, never sent back. */
  readonly folder: string
  /** Of `compared` files of the folder, those whose contents are images of the dataset. */
  readonly same: number
  readonly compared: number
}

/** A label with the number of its images that are not excluded. */
export interface LabelSummary {
  readonly id: LabelId
  readonly name: string
  readonly imageCount: number
  /** Position in the colour sequence; never changes when other labels come. */
  readonly colorIndex: number
}

/** Which images a view shows. Absent fields do not restrict. */
export const imageFilter = v.strictObject({
  labelIds: v.optional(v.pipe(v.array(labelId), v.maxLength(10_000))),
  unlabelled: v.optional(v.boolean()),
  /**
   * Words, each a part of the file name or of the label's name, case-insensitive; several in
   * quotation marks are one.
   */
  search: v.optional(v.pipe(v.string(), v.maxLength(500))),
  /** 'exclude' (the default) leaves out excluded images. */
  excluded: v.optional(v.picklist(['exclude', 'include', 'only'])),
  missing: v.optional(v.picklist(['include', 'only'])),
})
export type ImageFilter = v.InferOutput<typeof imageFilter>

export const imageOrder = v.picklist(['label', 'path', 'newest', 'largest'])
export type ImageOrder = v.InferOutput<typeof imageOrder>

/** All images of a filter as columns, in display order; row i describes one image. */
export interface ImageColumns {
  readonly ids: Uint32Array
  /** 0 where the image has no label. */
  readonly labelIds: Uint32Array
  /** Bit set of {@link imageFlag}. */
  readonly flags: Uint8Array
}
export const imageFlag = { excluded: 1, missing: 2, labelledByPerson: 4, hard: 8 } as const

export interface ImageSummary {
  readonly id: ImageId
  readonly fileName: string
  /** Relative to the dataset's folder, `/` between parts. */
  readonly relativePath: string
  readonly labelId: LabelId | null
  readonly widthPx: number
  readonly heightPx: number
  readonly bytes: number
  readonly excluded: boolean
  readonly missing: boolean
}

export interface ImageDetail extends ImageSummary {
  readonly format: string
  readonly modifiedAt: number
  readonly sha256: string
  readonly history: readonly HistoryEntry[]
}

/** One thing a person did to an image, newest first. */
export interface HistoryEntry {
  readonly at: number
  readonly kind: 'label' | 'exclude' | 'include' | 'verdict' | 'note'
  readonly from: string | null
  readonly to: string | null
  readonly undone: boolean
}

export type LeftOutReason =
  | 'corrupt'
  | 'empty'
  | 'tooLarge'
  | 'unsupported'
  | 'unreadable'
  | 'symlinkLoop'
  | 'outsideFolder'
  | 'nameNotText'

/** Why something in the folder is not looked at at all. */
export const skipRules = ['hidden', 'special', 'result', 'notPicture'] as const
export type SkipRule = (typeof skipRules)[number]

export interface LeftOutFile {
  readonly path: string
  readonly reason: LeftOutReason
  /** What the decoder or the system said, in one line. */
  readonly detail: string
}

export interface ImportReport {
  readonly datasetId: DatasetId
  readonly startedAt: number
  readonly durationMs: number
  readonly added: number
  readonly changed: number
  readonly moved: number
  readonly removed: number
  readonly unchanged: number
  readonly duplicates: number
  /** Images that look like another one without being the same file: scaled or encoded copies. */
  readonly nearDuplicates?: number
  readonly leftOut: readonly LeftOutFile[]
  /** Total, also where the list was cut at 10,000. */
  readonly leftOutTotal: number
  /**
   * How much was passed over by which rule: files and folders whose names begin with a dot (a
   * folder counts once), pipes, sockets and devices, results of this program, files that are no
   * pictures. A rule is absent in reports of before it was counted.
   */
  readonly skipped?: Readonly<Partial<Record<SkipRule, number>>>
  /** The first paths that each rule passed over. */
  readonly skippedFirst?: Readonly<Partial<Record<SkipRule, readonly string[]>>>
  /** Absent where the folder has no labels.csv, or the import was cancelled. */
  readonly labelsFile?: LabelsFileReport
  readonly labelNames?: LabelNamesReport
  readonly pictures?: Readonly<Partial<Record<PictureNote, NotedPictures>>>
  readonly cancelled: boolean
  /** Advice such as "one label only": keys that the window translates. */
  readonly advice: readonly DatasetAdvice[]
}

export type DatasetAdvice =
  'noImages' | 'noLabels' | 'oneLabel' | 'noClassWithTwoImages' | 'fewImages'
