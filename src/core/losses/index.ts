import { createRegistry } from '../registry/registry'
import { angular } from './angular'
import { arcFace } from './arcFace'
import { bpr } from './bpr'
import { circle } from './circle'
import { contrastive } from './contrastive'
import { cosFace } from './cosFace'
import { crossBatchMemory } from './crossBatchMemory'
import { fastAP } from './fastAP'
import { generalizedLifted } from './generalizedLifted'
import { lifted } from './lifted'
import { liftedHard } from './liftedHard'
import { margin } from './margin'
import { multiSimilarity } from './multiSimilarity'
import { normalizedSoftmax } from './normalizedSoftmax'
import { nPair } from './nPair'
import { ntXent } from './ntXent'
import { recallAtK } from './recallAtK'
import { smoothAP } from './smoothAP'
import { subCenterArcFace } from './subCenterArcFace'
import { tcm } from './tcm'
import { proxyAnchor } from './proxyAnchor'
import { proxyNCA } from './proxyNCA'
import { proxyNCAPlusPlus } from './proxyNCAPlusPlus'
import { snrContrastive } from './snrContrastive'
import { softTriple } from './softTriple'
import { supCon } from './supCon'
import { triplet } from './triplet'
import { tuplet } from './tuplet'
import type { Loss } from './loss'

/** A new loss needs its file and its line here, and nothing else. */
const own: readonly Loss[] = [
  triplet,
  contrastive,
  multiSimilarity,
  supCon,
  ntXent,
  circle,
  margin,
  generalizedLifted,
  lifted,
  liftedHard,
  nPair,
  angular,
  tuplet,
  fastAP,
  smoothAP,
  recallAtK,
  snrContrastive,
  bpr,
  tcm,
  proxyAnchor,
  proxyNCA,
  proxyNCAPlusPlus,
  softTriple,
  arcFace,
  subCenterArcFace,
  cosFace,
  normalizedSoftmax,
]

/** Last a loss that wraps those of them that can look beyond their batch. */
const withMemory = (entries: readonly Loss[]): readonly Loss[] => [
  ...entries,
  crossBatchMemory(entries.filter(({ takesMemory }) => takesMemory).map(({ name }) => name)),
]

/** Every loss, by name. */
export const losses = createRegistry('loss', own, withMemory)

export type { Loss } from './loss'
