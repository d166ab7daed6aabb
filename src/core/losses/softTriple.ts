import { integerOption, marginOption, numberOption } from '../registry/options'
import { classRows } from './terms/classRows'
import { crossEntropy } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const softTriple = defineLoss({
  name: 'softTriple',
  title: { en: 'SoftTriple', 'zh-CN': 'SoftTriple 损失' },
  description: {
    en: 'Gives each class several trainable centres, so that a class may have several looks, and classifies each image by its nearest centres.',
    'zh-CN': '为每个类别设多个可训练的中心，使一个类别可有多种外观，并按最近的中心对图像分类。',
  },
  formula:
    "-\\log \\frac{e^{\\lambda (S'_y - m)}}{e^{\\lambda (S'_y - m)} + \\sum_{c \\neq y} e^{\\lambda S'_c}}, \\quad S'_c = \\sum_k \\frac{e^{S_{ck}/\\gamma}}{\\sum_l e^{S_{cl}/\\gamma}} S_{ck}",
  source: 'Qian, Shang, Sun, Hu, Li, Jin 2019',
  kind: 'classes',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  referenceParameter: 'centers',
  options: {
    centersPerClass: integerOption(10, 1, 1000, 'centres of each class', '每类的中心数'),
    lambda: numberOption(20, 1e-3, 1e4, 'scale of the similarities', '相似度的缩放系数'),
    gamma: numberOption(
      0.1,
      1e-4,
      100,
      'smaller minds the nearest centre more',
      '越小越关注最近的中心',
    ),
    margin: marginOption('cosine', 0.01, -10, 10, 'margin m', '间隔 m'),
  },
  parameters: (options, { classCount, dimension }) => [
    classRows('centers', [classCount, options.centersPerClass, dimension]),
  ],
  evaluate(context, { lambda, gamma, margin }) {
    const { distances, labels, classCount } = context
    const { data, columns } = distances
    const centers = columns / classCount
    // Of the image that is read, until it is written: the softmax over the centres of each class.
    const shares = new Float64Array(columns)
    const similarities = new Float64Array(classCount)
    const readClass = (from: number, at: number): number => {
      let greatest = -Infinity
      for (let k = 0; k < centers; k++) greatest = Math.max(greatest, data[from + k]!)
      let whole = 0
      let sum = 0
      for (let k = 0; k < centers; k++) {
        const share = Math.exp((data[from + k]! - greatest) / gamma)
        shares[at + k] = share
        whole += share
        sum += share * data[from + k]!
      }
      for (let k = 0; k < centers; k++) shares[at + k] = shares[at + k]! / whole
      return sum / whole
    }
    return crossEntropy(
      context,
      (i, logits) => {
        for (let c = 0; c < classCount; c++) {
          const similarity = readClass(i * columns + c * centers, c * centers)
          similarities[c] = similarity
          logits[c] = lambda * similarity
        }
        logits[labels[i]!] = logits[labels[i]!]! - lambda * margin
      },
      (i, slopes, gradient) => {
        for (let c = 0; c < classCount; c++) {
          for (let at = c * centers; at < (c + 1) * centers; at++) {
            const beyond = data[i * columns + at]! - similarities[c]!
            gradient[i * columns + at] = lambda * slopes[c]! * shares[at]! * (1 + beyond / gamma)
          }
        }
      },
    )
  },
})
