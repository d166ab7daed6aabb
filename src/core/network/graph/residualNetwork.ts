import type { Random } from '../../math/random'
import type { EmbeddingModel } from '../embeddingModel'
import type { NetworkOperations } from '../networkOperations'
import { endStep } from '../gradientStep'
import { unreadable } from '../savedModel'
import { type ResidualSize, residualStart, residualStructure } from './residualStructure'
import { createTunedNetwork } from './tunedNetwork'

export interface ResidualNetworkOptions extends ResidualSize {
  /** Side of the square pictures, 16 or more. */
  readonly imageSizePx: number
  readonly embeddingSize: number
  /** Draws the start weights. */
  readonly random: Random
  readonly operations: NetworkOperations
}

const minimumImageSizePx = 16
/** About the mean of what pictures hold, and one over their standard deviation. */
const center = 0.5
const scale = 4

/**
 * A residual network (He et al. 2016) that is trained from the pixels: see `residualStructure`. It is
 * the network of nodes that fine-tuning trains, from chance and at one rate for all of it.
 */
export function createResidualNetwork(options: ResidualNetworkOptions): EmbeddingModel {
  const { imageSizePx, embeddingSize, depth, width, random, operations } = options
  if (!Number.isInteger(imageSizePx) || imageSizePx < minimumImageSizePx) {
    throw new Error(`Pictures must be at least ${minimumImageSizePx} px wide, not ${imageSizePx}`)
  }
  const size: ResidualSize = { depth, width }
  const network = createTunedNetwork({
    structure: residualStructure(size),
    inputShape: [imageSizePx, imageSizePx, 3],
    weights: residualStart(size, random.fork('network')),
    embeddingSize,
    networkRate: 1,
    random,
    operations,
  })
  // Without a normalisation after them, the first filters need numbers about zero.
  const standardized = (batch: Float32Array) => batch.map((value) => (value - center) * scale)
  const model: EmbeddingModel = {
    kind: 'residual',
    inputShape: network.inputShape,
    embeddingSize,
    get steps() {
      return network.steps
    },
    embed: (batch, rows) => network.embed(standardized(batch), rows),
    beginStep: (batch, rows) => network.beginStep(standardized(batch), rows),
    trainStep: (batch, rows, lossOfEmbeddings, settings) =>
      endStep(model.beginStep(batch, rows), lossOfEmbeddings, settings),
    snapshot() {
      const { structure: _, ...saved } = network.snapshot()
      return { ...saved, kind: 'residual', residual: size }
    },
    restore(saved) {
      const { kind, residual, inputShape } = saved
      const isSame =
        kind === 'residual' &&
        inputShape[0] === imageSizePx &&
        residual?.depth === depth &&
        residual.width === width
      if (!isSame) {
        throw unreadable(
          `it is not a residual network of depth ${depth} and width ${width} for pictures of ${imageSizePx} px`,
        )
      }
      network.restore({ ...saved, kind: 'tuned' })
    },
    weights: () => network.weights(),
    assignWeights: (weights) => network.assignWeights(weights),
    dispose: () => network.dispose(),
  }
  return model
}
