import type { SavedModel } from '../savedModel'
import { featureCountOf } from './tunedStructure'

const isOfHead = ({ name }: { readonly name: string }): boolean => name.startsWith('head/')

/**
 * A tuned network with another head on its features, for instance a closed form that was fitted
 * again on what they have become.
 * @param head a linear head that takes the features of the network's taps
 * @throws Error where it takes others
 */
export function replaceHead(tuned: SavedModel, head: SavedModel): SavedModel {
  const features = featureCountOf(tuned.structure)
  if (head.kind !== 'head' || head.inputShape[0] !== features) {
    throw new Error(`A head on ${features} features, not on ${head.inputShape.join(' x ')}`)
  }
  return {
    ...tuned,
    embeddingSize: head.embeddingSize,
    tensors: [
      ...tuned.tensors.filter((tensor) => !isOfHead(tensor)),
      ...head.tensors.filter(isOfHead),
    ],
  }
}

/** The head of a tuned network, on the features of its taps. */
export const headOf = ({ structure, embeddingSize, step, tensors }: SavedModel): SavedModel => ({
  ...{ kind: 'head', inputShape: [featureCountOf(structure)], embeddingSize, step, dropout: 0 },
  tensors: tensors.filter(isOfHead),
})

/** A tuned network whose embeddings are its features as they are. */
export function withoutHead(tuned: SavedModel): SavedModel {
  const features = featureCountOf(tuned.structure)
  const identity = new Float32Array(features * features)
  for (let i = 0; i < features; i++) identity[i * features + i] = 1
  const zeros = (...shape: readonly number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  })
  const moments = ['adamFirst', 'adamSecond'].flatMap((moment) => [
    { name: `head/weights/${moment}`, ...zeros(features, features) },
    { name: `head/bias/${moment}`, ...zeros(features) },
  ])
  return replaceHead(tuned, {
    kind: 'head',
    inputShape: [features],
    embeddingSize: features,
    step: 0,
    dropout: 0,
    tensors: [
      { name: 'head/weights', shape: [features, features], data: identity },
      { name: 'head/bias', ...zeros(features) },
      { name: 'head/mean', ...zeros(features) },
      ...moments,
    ],
  })
}
