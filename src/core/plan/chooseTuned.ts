import { AppError } from '../../shared/errors'
import type { NetworkMap, TunedPart } from '../../shared/model/extractor'
import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'
import { foldsOfSizes } from '../starts/heldOutFolds'
import { type ChosenFeatures, layersOf } from './features'

/** Maps that come before the deepest of the layers, in their order. */
function mapsBefore({ extractor, features }: ChosenFeatures): readonly NetworkMap[] {
  const layers = layersOf(extractor, features)
  const deepest = Math.max(...layers.map(({ multiplyAdds }) => multiplyAdds))
  return (extractor.maps ?? []).filter(({ multiplyAdds }) => multiplyAdds < deepest)
}

/**
 * Last blocks of a network that can be trained: the fewest that all layers lie in, and all there are.
 * Null where nothing of it can be trained.
 */
export function blocksOf(
  chosen: ChosenFeatures,
): { readonly least: number; readonly most: number } | null {
  const maps = mapsBefore(chosen)
  const shallowest = Math.min(
    ...layersOf(chosen.extractor, chosen.features).map(({ multiplyAdds }) => multiplyAdds),
  )
  const place = maps.findLastIndex(({ multiplyAdds }) => multiplyAdds < shallowest)
  return place < 0 ? null : { least: maps.length - place, most: maps.length }
}

/**
 * The part of a network that is trained with the head; null: the head alone.
 * @param wanted 'head', 'last:N' or 'all'
 * @throws AppError invalidInput where that part cannot be trained, or a layer lies before it
 */
export function tunedPartOf(chosen: ChosenFeatures, wanted = 'head'): TunedPart | null {
  if (wanted === 'head') return null
  const { extractor, features } = chosen
  const maps = mapsBefore(chosen)
  const known = blocksOf(chosen)
  const refuse = (sentence: string) =>
    new AppError('invalidInput', sentence, {
      extractor: extractor.id,
      features,
      trainedPart: wanted,
    })
  if (known === null) {
    throw refuse(
      `Of the network ${extractor.id} nothing but the head can be trained. Choose another, or leave --train out.`,
    )
  }
  const { least, most } = known
  const blocks = wanted === 'all' ? most : Number(wanted.slice('last:'.length))
  if (blocks > most) {
    throw refuse(
      `The network ${extractor.id} has ${most} blocks as far as ${features}, not ${blocks}. Use --train all for the whole network.`,
    )
  }
  if (blocks < least) {
    throw refuse(
      `Some of the layers ${features} lie before the last ${blocks} blocks of ${extractor.id}. Train at least last:${least}, or name later layers with --features.`,
    )
  }
  const map = maps[maps.length - blocks]!
  const layers = layersOf(extractor, features)
  const deepest = layers.reduce((one, two) => (two.multiplyAdds > one.multiplyAdds ? two : one))
  const last = maps.at(-1)!
  const ofDeepest = (last.sidePx ** 2 * deepest.dimension) / 1000
  return {
    ...{ ...map, blocks },
    ownMultiplyAdds: deepest.multiplyAdds - map.multiplyAdds,
    ownNumbers: Math.round(last.numbers - map.numbers + ofDeepest),
  }
}

/** A step holds the maps of a batch, what flows back through them, and what is on its way. */
const mapsAtOnce = 2.5

/** Memory of the maps of a training step, in bytes, roughly. */
export const tuningBytes = (
  { ownNumbers }: TunedPart,
  { classesPerBatch, imagesPerClass }: Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass'>,
): number => mapsAtOnce * 4000 * ownNumbers * classesPerBatch * imagesPerClass

/** Whether a request asks for more than the head. */
export const isTuned = ({
  trainedPart = 'head',
  network = 'frozen',
}: Pick<TrainingRequest, 'trainedPart' | 'network'>): boolean =>
  network === 'frozen' && trainedPart !== 'head'

/** Pictures that are held in memory while a whole network is trained, in bytes. */
const mostPictureBytes = 2 ** 31 - 1

/** @throws AppError invalidInput where such a training could not be weighed, or would not fit */
export function checkTunable({
  request,
  images,
  tuned,
  trainSizes,
  kind,
}: {
  readonly request: TrainingRequest
  readonly images: number
  readonly tuned: TunedPart
  readonly trainSizes: readonly number[]
  readonly kind: TrainingOptions['split']
}): void {
  const { start = 'auto' } = request
  if (start !== 'auto' && start !== 'whitening' && start !== 'analysis') {
    throw new AppError(
      'invalidInput',
      `A network is trained from a closed form: --start auto, whitening or analysis, not ${start}.`,
      { start },
    )
  }
  if ((request.augmentedCopies ?? 0) > 0) {
    throw new AppError(
      'invalidInput',
      'Augmented copies are of the features of a frozen network, which change where the network is trained. Leave --augmented-copies or --train out.',
    )
  }
  if (foldsOfSizes(trainSizes, kind !== 'byImage') === null) {
    throw new AppError(
      'invalidInput',
      'There are too few images of each label to hold some out, so that nothing could say whether training the network helped. Leave --train out to train the head.',
    )
  }
  const isPicture = tuned.multiplyAdds === 0
  if (isPicture && images * tuned.sidePx ** 2 * tuned.channels > mostPictureBytes) {
    const most = Math.floor(mostPictureBytes / (tuned.sidePx ** 2 * tuned.channels))
    throw new AppError(
      'invalidInput',
      `To train a whole network its pictures are held in memory, of which there may be ${most}, not ${images}. Train its last blocks: --train last:N.`,
      { images, most },
    )
  }
}
