import { createRegistry } from '../registry/registry'
import { all } from './all'
import { angular } from './angular'
import { batchEasyHard } from './batchEasyHard'
import { batchHard } from './batchHard'
import { distanceWeighted } from './distanceWeighted'
import { hdc } from './hdc'
import { memoryBankHard } from './memoryBankHard'
import { multiSimilarity } from './multiSimilarity'
import { nHard } from './nHard'
import { pairMargin } from './pairMargin'
import { random } from './random'
import { semiHard } from './semiHard'
import { tripletMargin } from './tripletMargin'
import { uniformHistogram } from './uniformHistogram'

/** Every miner, by name. */
export const miners = createRegistry('miner', [
  semiHard,
  batchHard,
  batchEasyHard,
  distanceWeighted,
  multiSimilarity,
  tripletMargin,
  pairMargin,
  nHard,
  angular,
  hdc,
  uniformHistogram,
  memoryBankHard,
  random,
  all,
])

export { defaultTupleBudget } from './miner'
export type { Distribution, Miner, MinerContext } from './miner'
