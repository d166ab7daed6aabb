import { defineLoss, hasBothSides, scaleGradient, zeroGradient, zeroLoss } from './losses/loss'
import { angularMargin } from './losses/terms/angularMargin'
import { classRows } from './losses/terms/classRows'
import { crossEntropy, marginSoftmax, scaledSoftmax } from './losses/terms/crossEntropy'
import {
  logOnePlusSumExp,
  logSumExp,
  sigmoid,
  softplus,
  SoftSum,
} from './losses/terms/differentiable'
import { noIndex } from './losses/terms/elements'
import { hingePairs } from './losses/terms/hingePairs'
import { pairAgainstNegatives } from './losses/terms/pairAgainstNegatives'
import { rankLoss } from './losses/terms/rankLoss'
import { RowTerm } from './losses/terms/rowTerms'
import { SoftRanks } from './losses/terms/softRanks'
import { createMatrix, gatherRows, matrixFromRows, transpose } from './math/matrix'
import { collectPairs, collectTriplets, pairsOf, tripletsOf, wholeResult } from './miners/collect'
import { defineMiner } from './miners/miner'
import { mineHardest } from './miners/mineHardest'
import { byNearness, farthest, nearest } from './miners/nearness'
import {
  booleanOption,
  choiceOption,
  integerOption,
  marginOption,
  numberOption,
} from './registry/options'
import { forEachTriplet } from './tuples/triplets'

/** What a loss or miner from outside the program is made with: what those inside are. */
export const toolkit = {
  ...{ defineLoss, defineMiner },
  ...{ numberOption, integerOption, booleanOption, choiceOption, marginOption },
  ...{ zeroLoss, zeroGradient, scaleGradient, hasBothSides, noIndex },
  ...{ hingePairs, pairAgainstNegatives, rankLoss, forEachTriplet, RowTerm, SoftRanks, SoftSum },
  ...{ classRows, crossEntropy, marginSoftmax, scaledSoftmax, angularMargin },
  ...{ softplus, sigmoid, logSumExp, logOnePlusSumExp },
  ...{ collectPairs, collectTriplets, pairsOf, tripletsOf, wholeResult, mineHardest },
  ...{ nearest, farthest, byNearness },
  ...{ createMatrix, matrixFromRows, gatherRows, transpose },
} as const
export type Toolkit = typeof toolkit
