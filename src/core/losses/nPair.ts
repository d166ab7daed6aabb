import { createMatrix } from '../math/matrix'
import { numberOption } from '../registry/options'
import { logSumExp } from './terms/differentiable'
import { defineLoss, scaleGradient, zeroGradient, type LossContext } from './loss'

export const nPair = defineLoss({
  name: 'nPair',
  title: { en: 'N-pair', 'zh-CN': 'N 对损失' },
  description: {
    en: 'Takes two images of each class and asks each first one to pick its own partner out of all the partners. Works on raw dot products, kept short by a small penalty on their length.',
    'zh-CN':
      '每类取两张图像，要求第一张从所有搭档中选出自己的搭档。使用原始点积，并以较小的长度惩罚加以约束。',
  },
  formula:
    '\\log(1 + \\sum_{j \\neq i} e^{S(f_i, f_j^+) - S(f_i, f_i^+)}) + \\frac{\\lambda}{4} (\\overline{|f|^2} + \\overline{|f^+|^2})',
  source: 'Sohn 2016',
  kind: 'pairs',
  distance: 'dot',
  distances: ['dot', 'cosine'],
  reducer: null,
  takesMiner: false,
  madeFor: [],
  options: {
    regularization: numberOption(0.02, 0, 1e4, 'weight of the squared lengths', '长度平方的权重'),
  },
  evaluate(context, { regularization }) {
    const { distances, embeddings } = context
    const { first, second } = onePairEach(context)
    const count = first.length
    const gradient = zeroGradient(context)
    const embeddingsGradient = createMatrix(embeddings.rows, embeddings.columns)
    const list = context.newElements()
    const terms = new Float64Array(count)
    for (let i = 0; i < count; i++) {
      const row = first[i]! * distances.columns
      for (let j = 0; j < count; j++) terms[j] = distances.data[row + second[j]!]!
      const whole = logSumExp(terms, count)
      const weight = list.add(whole - terms[i]!, first[i]!, second[i])
      for (let j = 0; j < count; j++) {
        const share = Math.exp(terms[j]! - whole) - (j === i ? 1 : 0)
        gradient.data[row + second[j]!] = weight * share
      }
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    let squares = 0
    const { columns, data } = embeddings
    for (const image of [...first, ...second]) {
      for (let k = image * columns; k < (image + 1) * columns; k++) {
        squares += data[k]! * data[k]!
        embeddingsGradient.data[k] = (0.5 * regularization * data[k]!) / count
      }
    }
    const penalty = count > 0 ? (0.25 * regularization * squares) / count : 0
    return { value: value + penalty, gradient, embeddingsGradient, lists: [list] }
  },
})

/** The first two images of each class that has two, classes in label order. */
function onePairEach({ labels }: LossContext): { first: number[]; second: number[] } {
  const images = new Map<number, number[]>()
  labels.forEach((label, image) => images.set(label, [...(images.get(label) ?? []), image]))
  const pairs = [...images]
    .filter(([, members]) => members.length > 1)
    .sort(([one], [other]) => one - other)
  return {
    first: pairs.map(([, members]) => members[0]!),
    second: pairs.map(([, members]) => members[1]!),
  }
}
