import type { SerializedError } from '../../shared/errors'
import type { AcceptRate } from '../../shared/model/asked'
import type { PredictionReport } from '../../shared/model/prediction'

/** What the prediction worker is started with. */
export interface PredictorJob {
  readonly modelFolder: string
  /** Holds the embeddings of the run. */
  readonly runFolder: string
}

export type PredictorQuestion =
  | { readonly kind: 'model' }
  /** The pictures of a folder of embeddings; of `ids` alone where given. */
  | {
      readonly kind: 'predict'
      readonly folder: string
      readonly ids: Uint32Array | null
    }
  | {
      readonly kind: 'rank'
      /** Images that are looked at. */
      readonly among: Uint32Array
      readonly like: Uint32Array
      readonly unlike: Uint32Array
      /** [n, d] L2-normalised, of pictures that the run has not. */
      readonly likeUnits: Float32Array
      readonly top: number
    }

/** What the model carries, without its embeddings. */
export interface ReferencesAnswer {
  readonly labelNames: readonly string[]
  readonly report: PredictionReport
  readonly isCalibrated: boolean
  readonly rates: readonly AcceptRate[]
  /** Of the references. */
  readonly paths: readonly string[]
  readonly labels: Int32Array
  /** [n, 4] the first 16 bytes of the SHA-256 of each file. */
  readonly contents: Uint32Array
}

/** Row i of every column is of the picture `ids[i]`. */
export interface PredictedColumns {
  readonly ids: Uint32Array
  readonly labels: Int32Array
  readonly confidences: Float64Array
  readonly strangenesses: Float64Array
  /** Neighbours a picture. */
  readonly neighbours: number
  /** [n, neighbours] rows of the references, nearest first. */
  readonly rows: Uint32Array
  readonly distances: Float64Array
  /** [n, d] L2-normalised embeddings. */
  readonly units: Float32Array
}

export interface RankedColumns {
  readonly ids: Uint32Array
  readonly scores: Float64Array
  /** Images that were looked at, and those without an embedding. */
  readonly images: number
  readonly unknown: number
}

export interface PredictorAnswers {
  readonly model: ReferencesAnswer
  readonly predict: PredictedColumns
  readonly rank: RankedColumns
}

export interface AskedPredictor {
  readonly id: number
  readonly question: PredictorQuestion
}

export type PredictorMessage =
  | { readonly id: number; readonly value: PredictorAnswers[keyof PredictorAnswers] }
  | { readonly id: number; readonly error: SerializedError }
