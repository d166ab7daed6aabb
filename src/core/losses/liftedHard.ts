import { booleanOption, marginOption } from '../registry/options'
import {
  defineLoss,
  hasBothSides,
  scaleGradient,
  zeroGradient,
  zeroLoss,
  type LossContext,
} from './loss'

export const liftedHard = defineLoss({
  name: 'liftedHard',
  title: { en: 'Lifted structure, hardest', 'zh-CN': '提升结构损失（最难负样本）' },
  description: {
    en: 'For each positive pair takes the single nearest negative of either image, and asks that the pair be nearer than that by a margin: the form in which the lifted loss is usually told, as a triplet {i, j, n}.',
    'zh-CN':
      '对每个正样本对取两张图像各自负样本中最近的一个，要求该对比它更近且至少相差一个间隔；即通常以三元组 {i, j, n} 讲述的提升结构损失。',
  },
  formula: '[D_{ij} - \\min(D_{ik}, D_{jl}) + m]_+',
  source: 'Song, Xiang, Jegelka, Savarese 2016',
  kind: 'pairs',
  takesMemory: true,
  distance: 'euclidean',
  reducer: 'mean',
  options: {
    margin: marginOption('distance', 1, -100, 100, 'margin m', '间隔 m'),
    squared: booleanOption(false, 'half the square of the hinge', '取铰链平方的一半'),
  },
  distanceMargin: ({ margin }) => margin,
  evaluate(context, { margin, squared }) {
    if (!hasBothSides(context)) return zeroLoss(context)
    const { distances, relations, isSelf } = context
    const { positives } = relations
    const sign = context.isSimilarity ? -1 : 1
    const { rows, columns, data } = distances
    const nearest = nearestNegatives(context, sign)
    const partner = isSelf ? nearest : nearestOfReferences(context, sign)
    const gradient = zeroGradient(context)
    const g = gradient.data
    const list = context.newElements()
    const push = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        const j = positives.columns[k]!
        const own = nearest.values[i]!
        const other = partner.values[j]!
        const near = Math.min(own, other)
        // Without any negative the pair has nothing to beat.
        const hinge =
          near === Infinity ? 0 : Math.max(0, sign * data[i * columns + j]! - near + margin)
        const negative = near === own ? nearest.columns[i] : partner.columns[j]
        const weight = list.add(squared ? (hinge * hinge) / 2 : hinge, i, j, negative)
        const slope = weight * (squared ? hinge : hinge > 0 ? 1 : 0)
        if (slope === 0) continue
        g[i * columns + j] = g[i * columns + j]! + sign * slope
        // Negatives that are equally near share the gradient evenly.
        const ties = (near === own ? nearest.ties[i]! : 0) + (near === other ? partner.ties[j]! : 0)
        if (near === own) push[i] = push[i]! + slope / ties
        if (near === other && isSelf) push[j] = push[j]! + slope / ties
      }
    }
    const { negatives } = relations
    for (let i = 0; i < rows; i++) {
      if (push[i] === 0) continue
      for (let k = negatives.start[i]!; k < negatives.start[i + 1]!; k++) {
        const index = i * columns + negatives.columns[k]!
        if (sign * data[index]! === nearest.values[i]!) g[index] = g[index]! - sign * push[i]!
      }
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})

/** Smallest sign * D of each row, where it first is and how often; Infinity where there is none. */
class Nearest {
  readonly values: Float64Array
  readonly columns: Uint32Array
  readonly ties: Uint32Array

  constructor(rows: number) {
    this.values = new Float64Array(rows).fill(Infinity)
    this.columns = new Uint32Array(rows)
    this.ties = new Uint32Array(rows)
  }

  add(row: number, column: number, value: number): void {
    if (value < this.values[row]!) {
      this.values[row] = value
      this.columns[row] = column
      this.ties[row] = 1
    } else if (value === this.values[row]) this.ties[row] = this.ties[row]! + 1
  }
}

function nearestNegatives(context: LossContext, sign: number): Nearest {
  const { data, rows, columns } = context.distances
  const { start, columns: listed } = context.relations.negatives
  const result = new Nearest(rows)
  for (let i = 0; i < rows; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      result.add(i, listed[k]!, sign * data[i * columns + listed[k]!]!)
    }
  }
  return result
}

function nearestOfReferences(context: LossContext, sign: number): Nearest {
  const { referenceLabels } = context
  const { data, rows, columns } = context.referenceDistances()
  const result = new Nearest(rows)
  for (let j = 0; j < rows; j++) {
    for (let n = 0; n < columns; n++) {
      if (referenceLabels[n] !== referenceLabels[j]) {
        result.add(j, n, sign * data[j * columns + n]!)
      }
    }
  }
  return result
}
