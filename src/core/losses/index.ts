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

/** Every loss, by name. A new loss needs its file and its line here, and nothing else. */
export const losses = createRegistry('loss', [
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
  crossBatchMemory,
])

export type { Loss } from './loss'
