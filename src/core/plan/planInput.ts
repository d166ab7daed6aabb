import type { ExtractorDescription } from '../../shared/model/extractor'
import type { SetFinding } from '../../shared/model/findings'
import type { TrainingRequest } from '../../shared/model/training'
import type { KnownSides } from '../evaluation/keptUnseen'
import type { WorkSpeeds } from '../work/work'

export interface PlanInput {
  /** For each image the number of its class, from 0; -1 without a label or excluded. */
  readonly labels: Int32Array
  /** For each image a number that near-duplicates share; absent: none are known. */
  readonly groups?: Uint32Array
  /** What each class is known by, whatever its number; absent: its number. */
  readonly labelKeys?: readonly string[]
  /** What each image shows, the same for near-duplicates; absent: nothing else shows it. */
  readonly contents?: readonly string[]
  /** What is wrong with the set (`findingsOfContents`); absent: nothing is known. */
  readonly findings?: readonly SetFinding[]
  /** The contents of the files; absent: all differ. */
  readonly images?: { readonly sha256: readonly string[] }
  /** What the dataset keeps unseen; absent: nothing was decided yet. */
  readonly kept?: KeptChoice
  readonly request: TrainingRequest
  /** The pretrained networks there are, the one that is taken where nobody chooses first. */
  readonly extractors: readonly ExtractorDescription[]
  /** Of how many images these features (see `layersOf`) of the network are in the cache. */
  readonly featuresCached: (features: string, extractor: string) => number
  /** Of how many augmented copies the features are in the cache; absent: of none. */
  readonly copiesCached?: number
  readonly speed: WorkSpeeds
  /** Memory of the machine that trains; absent: not known. */
  readonly machineBytes?: number
}

/** What was decided of a dataset's split before. */
export interface KeptChoice {
  /** Where the request names none. */
  readonly splitSeed: number
  /** Its labels were divided by class before: few labels more or less do not change the kind. */
  readonly isByClass: boolean
  /** Of the kind, share and seed that this plan comes to (`splitOf`). */
  readonly known?: KnownSides
}

/** Of a dataset of which nothing was decided. */
export const neverKept: KeptChoice = { splitSeed: 1, isByClass: false }
