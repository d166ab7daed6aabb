import { initial } from './0010-initial'
import { listIndexes } from './0020-list-indexes'
import { datasetSplit } from './0030-dataset-split'
import { verdicts } from './0040-verdicts'
import { runComparison } from './0050-run-comparison'
import { keptModel } from './0080-kept-model'
import { followLinks } from './0090-follow-links'
import { networkSearch } from './0100-network-search'
import type { Migration } from './migration'

/** In ascending order; a released one is never edited, only followed by another. */
export const migrations: readonly Migration[] = [
  initial,
  listIndexes,
  datasetSplit,
  verdicts,
  runComparison,
  keptModel,
  followLinks,
  networkSearch,
]
