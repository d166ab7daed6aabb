import type { DatasetId, ImageId, LabelId, RunId } from './ids'
import type { RetrievalMetrics } from './training'

/** A run's stored embeddings on the labels that its test images have now. */
export interface TodaysResult {
  readonly runId: RunId
  /** 'all': the run kept nothing aside, so it is measured on every image with a label. */
  readonly part: 'test' | 'all'
  readonly metrics: RetrievalMetrics
  /** The same for runs whose test labels are the same: only those are ranked together. */
  readonly testKey: string
  readonly testLabels: number
  readonly testImages: number
}

/** A difference of MAP@R with its 95 % interval. */
export interface MeasuredDifference {
  readonly mean: number
  readonly low: number
  readonly high: number
  /** What was drawn to find the interval: whole labels, or images where labels are few. */
  readonly over: 'labels' | 'images'
}

/** What a run gave over the one before it, both on the test images they share and today's labels. */
export interface RunGain {
  readonly runId: RunId
  /** The finished run that began before it. */
  readonly earlierId: RunId
  /** Images that a person labelled anew, excluded or took back, and labels merged, between the two. */
  readonly corrections: number
  /** MAP@R of the two. */
  readonly earlier: number
  readonly later: number
  readonly difference: MeasuredDifference
  /** Labels that both test, and whether neither tests any other. */
  readonly sharedLabels: number
  readonly isSameTest: boolean
}

/** All runs of a dataset on one yardstick. */
export interface RunComparison {
  readonly datasetId: DatasetId
  /** Labels have changed and some of the figures are about to. */
  readonly isMeasuring: boolean
  readonly results: readonly TodaysResult[]
  readonly gains: readonly RunGain[]
}

/** Figures of which two runs are compared. */
export const comparedMetrics = ['precisionAt1', 'rPrecision', 'mapAtR'] as const

/** A figure of two runs on the test images that both have, on today's labels. */
interface ComparedMetric {
  readonly name: (typeof comparedMetrics)[number]
  readonly earlier: number
  readonly later: number
  readonly difference: MeasuredDifference
}

/** MAP@R of the queries of a label in two runs. */
export interface ComparedLabel {
  readonly labelId: LabelId
  readonly queries: number
  readonly earlier: number
  readonly later: number
  /** Of the difference, over the label's queries; null where they are too few. */
  readonly interval: { readonly low: number; readonly high: number } | null
}

/** An image whose neighbours are others in the later run. */
export interface ChangedNeighbours {
  readonly imageId: ImageId
  /** Shared over all: 0 where every neighbour is another one. */
  readonly overlap: number
  /** Nearest first. */
  readonly before: readonly ImageId[]
  readonly after: readonly ImageId[]
  /** How many of them have the image's label; null where it has none. */
  readonly rightBefore: number | null
  readonly rightAfter: number | null
}

/** Two finished runs of a dataset, held against each other. */
export interface PairComparison {
  readonly earlierId: RunId
  readonly laterId: RunId
  /** Images and labels that both test, and whether neither tests any other. */
  readonly testImages: number
  readonly testLabels: number
  readonly isSameTest: boolean
  /** Empty where the two have no test image with its like in common. */
  readonly metrics: readonly ComparedMetric[]
  readonly labels: readonly ComparedLabel[]
  readonly neighbours: {
    /** Of each image. */
    readonly count: number
    /** Images in both runs, and how many of them were asked. */
    readonly images: number
    readonly asked: number
    /** Mean overlap of those that were asked; null where there are none. */
    readonly overlap: number | null
    /** Most changed first, a bounded number. */
    readonly changed: readonly ChangedNeighbours[]
  }
}
