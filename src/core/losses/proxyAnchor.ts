import { marginOption, numberOption } from '../registry/options'
import { classRows } from './terms/classRows'
import { logOnePlusSumExp } from './terms/differentiable'
import { noIndex } from './terms/elements'
import { defineLoss, zeroGradient } from './loss'

export const proxyAnchor = defineLoss({
  name: 'proxyAnchor',
  title: { en: 'Proxy anchor', 'zh-CN': '代理锚点损失' },
  description: {
    en: 'Gives each class a trainable representative (proxy) that serves as the anchor: it pulls the images of its class, the farthest most, and pushes all others. The proxies like a rate about 100 times that of the network.',
    'zh-CN':
      '为每个类别设一个可训练的代理作为锚点：拉近本类图像（最远者力度最大），推开其余图像。代理宜用约 100 倍于网络的学习率。',
  },
  formula:
    '\\frac{1}{|C^+|} \\sum_{c \\in C^+} \\log(1 + \\sum_{x \\in c} e^{-\\alpha (S_{xc} - \\delta)}) + \\frac{1}{|C|} \\sum_c \\log(1 + \\sum_{x \\notin c} e^{\\alpha (S_{xc} + \\delta)})',
  source: 'Kim, Kim, Cho, Kwak 2020',
  kind: 'classes',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: null,
  referenceParameter: 'proxies',
  // From the means no image is far enough from its proxy to be pulled, and pushing alone does harm:
  // docs/quality.md, "Where proxies begin".
  startsAtMeans: false,
  options: {
    margin: marginOption('cosine', 0.1, -10, 10, 'margin d', '间隔 d'),
    alpha: numberOption(32, 1e-3, 1e4, 'sharpness a', '锐度 a'),
  },
  // Drawn as He et al. (2015) do by the number of outputs, as its authors have it.
  parameters: (_, { classCount, dimension }) => [
    classRows('proxies', [classCount, dimension], Math.sqrt(2 / classCount)),
  ],
  evaluate(context, { margin, alpha }) {
    const { distances, labels } = context
    const { data, rows, columns } = distances
    const gradient = zeroGradient(context)
    const list = context.newElements()
    const present = new Set(labels).size
    const near = new Float64Array(rows)
    const far = new Float64Array(rows)
    let value = 0
    for (let c = 0; rows > 0 && c < columns; c++) {
      let nearCount = 0
      let farCount = 0
      for (let i = 0; i < rows; i++) {
        const s = data[i * columns + c]!
        if (labels[i] === c) near[nearCount++] = alpha * (margin - s)
        else far[farCount++] = alpha * (s + margin)
      }
      const pull = logOnePlusSumExp(near, nearCount)
      const push = logOnePlusSumExp(far, farCount)
      const term = pull / present + push / columns
      value += term
      list.add(term, noIndex)
      let n = 0
      let f = 0
      for (let i = 0; i < rows; i++) {
        gradient.data[i * columns + c] =
          labels[i] === c
            ? (-alpha * Math.exp(near[n++]! - pull)) / present
            : (alpha * Math.exp(far[f++]! - push)) / columns
      }
    }
    return { value, gradient, lists: [list] }
  },
})
