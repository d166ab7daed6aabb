import { logSumExp } from './differentiable'
import { scaleGradient, zeroGradient, type LossContext, type LossResult } from '../loss'

/**
 * Softmax cross-entropy of each image against the classes.
 * @param read fills the logits [classes] of an image from its row of distances
 * @param write turns derivatives by the logits into those by the row of distances; of the image that
 *   was read last
 */
export function crossEntropy(
  context: LossContext,
  read: (image: number, logits: Float64Array) => void,
  write: (image: number, slopes: Float64Array, gradient: Float32Array) => void,
): LossResult {
  const { distances, labels, classCount } = context
  const gradient = zeroGradient(context)
  const list = context.newElements()
  const logits = new Float64Array(classCount)
  for (let i = 0; i < distances.rows; i++) {
    read(i, logits)
    const whole = logSumExp(logits, classCount)
    const weight = list.add(whole - logits[labels[i]!]!, i)
    if (weight === 0) continue
    for (let c = 0; c < classCount; c++) logits[c] = weight * Math.exp(logits[c]! - whole)
    logits[labels[i]!] = logits[labels[i]!]! - weight
    write(i, logits, gradient.data)
  }
  const { value, scale } = list.finish()
  scaleGradient(gradient, scale)
  return { value, gradient, lists: [list] }
}

/**
 * Cross-entropy of scale * S, where the own class's S is first changed by a margin.
 * @param ease value and derivative of the own class's similarity after the margin
 */
export function marginSoftmax(
  context: LossContext,
  scale: number,
  ease: (similarity: number) => { readonly value: number; readonly slope: number },
): LossResult {
  const { data, columns } = context.distances
  return crossEntropy(
    context,
    (i, logits) => {
      const own = context.labels[i]!
      for (let c = 0; c < columns; c++) logits[c] = scale * data[i * columns + c]!
      logits[own] = scale * ease(data[i * columns + own]!).value
    },
    (i, slopes, gradient) => {
      const own = context.labels[i]!
      for (let c = 0; c < columns; c++) gradient[i * columns + c] = scale * slopes[c]!
      const { slope } = ease(data[i * columns + own]!)
      gradient[i * columns + own] = gradient[i * columns + own]! * slope
    },
  )
}

/** Cross-entropy of scale * D; of a distance, which is larger where farther, with a negative scale. */
export const scaledSoftmax = (context: LossContext, scale: number): LossResult =>
  marginSoftmax(context, scale, (value) => ({ value, slope: 1 }))
