import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type ExtractorLayer, extractorOfEarlierRuns } from '../../../shared/model/extractor'
import { graphExtractor } from './graphExtractor'
import { readPackagedModel } from './packagedModel'

/** The output of the expansion of the numbered block. */
const expansion = (
  block: number,
  numbers: Pick<ExtractorLayer, 'dimension' | 'rootScale' | 'multiplyAdds'>,
): ExtractorLayer => ({ name: `conv${block}`, ...numbers })

const nodes =
  'StatefulPartitionedCall/sequential/keras_layer/StatefulPartitionedCall/StatefulPartitionedCall/StatefulPartitionedCall/predict'

/**
 * MobileNetV2 1.4 (Sandler et al. 2018), trained on ImageNet and fine-tuned by the authors of the
 * package that carries it. `conv12` is the expansion of its twelfth block, `pooled` what its
 * classifier sees.
 *
 * Roots of averages: unseen emoji by whitening, 500 training classes, conv12 .501 against .474. The
 * scales give each layer the spread of `pooled`; the ratios of drawings, photos and Fashion-MNIST
 * differ by less than 10 %. Layers before the last blocks know less of ImageNet's classes and tell
 * unseen ones apart better (docs/decisions/0007).
 */
export const mobileNetV2Mid = graphExtractor(
  {
    id: extractorOfEarlierRuns,
    title: { en: 'MobileNetV2 1.4 of nsfwjs', 'zh-CN': 'MobileNetV2 1.4（nsfwjs）' },
    contentHash: 'fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e',
    weightBytes: 4_300_775,
    input: { sidePx: 224, mean: [0, 0, 0], deviation: [255, 255, 255] },
    licence: 'MIT',
    layers: [
      expansion(10, { dimension: 528, rootScale: 5, multiplyAdds: 300 }),
      expansion(11, { dimension: 816, rootScale: 4.5, multiplyAdds: 337 }),
      expansion(12, { dimension: 816, rootScale: 5.4, multiplyAdds: 382 }),
      expansion(13, { dimension: 816, rootScale: 6.6, multiplyAdds: 427 }),
      expansion(14, { dimension: 1344, rootScale: 3.2, multiplyAdds: 451 }),
      expansion(15, { dimension: 1344, rootScale: 3.9, multiplyAdds: 481 }),
      expansion(16, { dimension: 1344, rootScale: 4.4, multiplyAdds: 511 }),
      { name: 'pooled', dimension: 1792, rootScale: null, multiplyAdds: 580 },
    ],
    defaultLayers: { usual: 'conv12+conv13+conv15', ofManyImages: 'conv12+conv13' },
  },
  {
    nodeOf: ({ name }) =>
      name === 'pooled'
        ? `${nodes}/feature_vector/SpatialSqueeze`
        : `${nodes}/MobilenetV2/expanded_conv_${name.slice('conv'.length)}/expand/Relu6`,
    read: (projectFolder) => readPackagedModel(findWeights(projectFolder)),
  },
)

/** The folder of the weights, found the way Node finds the package. */
function findWeights(projectFolder: string): string {
  const require = createRequire(join(projectFolder, 'package.json'))
  // The package exports only its code: from there up to its root.
  let folder = dirname(require.resolve('nsfwjs'))
  while (dirname(folder) !== folder && !folder.endsWith('nsfwjs')) folder = dirname(folder)
  return join(folder, 'dist', 'models', 'mobilenet_v2_mid')
}
