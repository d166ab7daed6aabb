import { expect, it } from 'vitest'
import { computeLoss } from '../../../../src/core/objective/computeLoss'
import { createRandom } from '../../../../src/core/math/random'
import { gaussianBatch, gaussianMatrix } from '../../../support/batches'

/** Cosines of all rows of one with all rows of another, in float64. */
function cosines(one: number[][], other: number[][]): number[][] {
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)
  return one.map((a) => other.map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))))
}
const rowsOf = ({ rows, columns, data }: ReturnType<typeof gaussianMatrix>) =>
  Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)])
const sigma = (x: number) => 1 / (1 + Math.exp(-Math.max(-50, Math.min(50, x))))
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
const mean = (values: number[]) => (values.length === 0 ? 0 : sum(values) / values.length)

const batches = [
  gaussianBatch(12, 4, 3, 'a'),
  gaussianBatch(30, 7, 5, 'b'),
  gaussianBatch(9, 3, 8, 'c'),
]
const cases = batches.map(({ embeddings, labels }, at) => {
  const s = cosines(rowsOf(embeddings), rowsOf(embeddings))
  const all = [...labels.keys()]
  const positives = (i: number) => all.filter((j) => j !== i && labels[j] === labels[i])
  const negatives = (i: number) => all.filter((j) => labels[j] !== labels[i])
  const rank = (i: number, j: number, among: number[], t: number) =>
    1 + sum(among.filter((k) => k !== j).map((k) => sigma((s[i]![k]! - s[i]![j]!) / t)))
  const queries = all.filter((i) => positives(i).length > 0)
  return { at, embeddings, labels, s, all, positives, negatives, rank, queries }
})
const value = (
  name: string,
  { embeddings, labels }: (typeof cases)[number],
  options: object = {},
) =>
  computeLoss({
    embeddings,
    labels,
    loss: { name, options: { ...options } },
    random: createRandom(1),
  }).value

it.each(cases)('Smooth-AP is what its definition says: batch $at', (one) => {
  for (const temperature of [0.01, 0.2]) {
    const { queries, positives, negatives, rank } = one
    const losses = queries.map((i) => {
      const p = positives(i)
      const whole = [...p, ...negatives(i)]
      return 1 - mean(p.map((j) => rank(i, j, p, temperature) / rank(i, j, whole, temperature)))
    })
    expect(value('smoothAP', one, { temperature })).toBeCloseTo(mean(losses), 5)
  }
})

it.each(cases)('recall@k is what its definition says, the query left out: batch $at', (one) => {
  for (const t of [0.01, 0.2]) {
    const { queries, positives, negatives, rank } = one
    const losses = queries.map((i) => {
      const p = positives(i)
      const whole = [...p, ...negatives(i)]
      const recalls = [1, 2, 4, 8, 16].map(
        (k) =>
          Math.min(k, sum(p.map((j) => sigma(k - rank(i, j, whole, t))))) / Math.min(k, p.length),
      )
      return 1 - mean(recalls)
    })
    expect(value('recallAtK', one, { similarityTemperature: t })).toBeCloseTo(mean(losses), 5)
  }
})

it.each(cases)('the threshold consistency term is what its definition says: batch $at', (one) => {
  const { all, positives, negatives, s } = one
  const near = all.flatMap((i) => positives(i).map((j) => s[i]![j]!)).filter((x) => x < 0.9)
  const far = all.flatMap((i) => negatives(i).map((j) => s[i]![j]!)).filter((x) => x > 0.5)
  expect(value('tcm', one)).toBeCloseTo(
    mean(near.map((x) => 0.9 - x)) + mean(far.map((x) => x - 0.5)),
    5,
  )
})

it.each(cases)(
  'sub-centre ArcFace is what its definition says: batch $at',
  ({ embeddings, labels }) => {
    const classCount = Math.max(...labels) + 1
    const centers = gaussianMatrix(classCount * 3, embeddings.columns, createRandom('centres'))
    const s = cosines(rowsOf(embeddings), rowsOf(centers))
    const margin = 0.5
    const losses = s.map((row, i) => {
      const best = Array.from({ length: classCount }, (_, c) =>
        Math.max(...row.slice(3 * c, 3 * c + 3)),
      )
      const logits = best.map((cosine, c) => {
        if (c !== labels[i]) return 10 * cosine
        const angle = Math.acos(cosine)
        return (
          10 *
          (angle + margin <= Math.PI
            ? Math.cos(angle + margin)
            : cosine - margin * Math.sin(margin))
        )
      })
      return Math.log(sum(logits.map(Math.exp))) - logits[labels[i]!]!
    })
    const outcome = computeLoss({
      embeddings,
      labels,
      loss: { name: 'subCenterArcFace', options: { scale: 10, margin: (margin * 180) / Math.PI } },
      parameters: { centers: centers.data },
      classCount,
      random: createRandom(1),
    })
    expect(outcome.value).toBeCloseTo(mean(losses), 4)
  },
)

it.each(cases)('Proxy-NCA++ is what its definition says: batch $at', ({ embeddings, labels }) => {
  const classCount = Math.max(...labels) + 1
  const proxies = gaussianMatrix(classCount, embeddings.columns, createRandom('proxies'))
  const unit = (row: number[]) => row.map((x) => x / Math.hypot(...row))
  const p = rowsOf(proxies).map(unit)
  for (const temperature of [undefined, 1 / 9, 0.5]) {
    const losses = rowsOf(embeddings).map((row, i) => {
      const x = unit(row)
      const far = p.map((proxy) => sum(proxy.map((value, k) => (value - x[k]!) ** 2)))
      const shares = far.map((d) => Math.exp(-d / (temperature ?? 0.111)))
      return -Math.log(shares[labels[i]!]! / sum(shares))
    })
    const outcome = computeLoss({
      embeddings,
      labels,
      loss: {
        name: 'proxyNCAPlusPlus',
        options: temperature === undefined ? {} : { temperature },
      },
      parameters: { proxies: proxies.data },
      classCount,
      random: createRandom(1),
    })
    expect(outcome.value).toBeCloseTo(mean(losses), 4)
  }
})
