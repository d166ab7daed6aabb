import { integerOption, marginOption, numberOption } from '../registry/options'
import { angularMargin } from './terms/angularMargin'
import { classRows } from './terms/classRows'
import { crossEntropy } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const subCenterArcFace = defineLoss({
  name: 'subCenterArcFace',
  title: { en: 'Sub-centre ArcFace', 'zh-CN': '子中心 ArcFace 损失' },
  description: {
    en: 'ArcFace with several directions a class, of which the nearest counts: wrong labels and rare looks gather at a direction of their own and disturb the others less.',
    'zh-CN':
      '每类有多个方向的 ArcFace，只计最近的一个：错误标签与少见外观聚到各自的方向，对其余影响较小。',
  },
  formula:
    '-\\log \\frac{e^{s \\cos(\\theta_y + m)}}{e^{s \\cos(\\theta_y + m)} + \\sum_{c \\neq y} e^{s \\cos\\theta_c}}, \\quad \\cos\\theta_c = \\max_k S_{ck}',
  source: 'Deng, Guo, Liu, Gong, Zafeiriou 2020',
  kind: 'classes',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  referenceParameter: 'centers',
  options: {
    centersPerClass: integerOption(3, 1, 1000, 'directions of each class', '每类的方向数'),
    margin: marginOption('degrees', 28.6, 0, 180, 'margin m', '间隔'),
    scale: numberOption(64, 1e-3, 1e4, 'scale s', '缩放系数 s'),
  },
  parameters: ({ centersPerClass }, { classCount, dimension }) => [
    classRows('centers', [classCount, centersPerClass, dimension]),
  ],
  evaluate(context, { margin, scale }) {
    const { distances, labels, classCount } = context
    const { data, columns } = distances
    const centers = columns / classCount
    const ease = angularMargin(margin)
    // Of the image that is read, until it is written.
    const nearest = new Uint32Array(classCount)
    return crossEntropy(
      context,
      (i, logits) => {
        for (let c = 0; c < classCount; c++) {
          let best = i * columns + c * centers
          for (let at = best + 1; at < i * columns + (c + 1) * centers; at++) {
            if (data[at]! > data[best]!) best = at
          }
          nearest[c] = best
          const similarity = data[best]!
          logits[c] = scale * (labels[i] === c ? ease(similarity).value : similarity)
        }
      },
      (i, slopes, gradient) => {
        for (let c = 0; c < classCount; c++) {
          const at = nearest[c]!
          gradient[at] = scale * slopes[c]! * (labels[i] === c ? ease(data[at]!).slope : 1)
        }
      },
    )
  },
})
