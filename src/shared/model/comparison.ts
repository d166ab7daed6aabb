import type { DatasetId, RunId } from './ids'
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
