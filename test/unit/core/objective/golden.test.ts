import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { javascriptProduct } from '../../../../src/core/math/product'
import { simdProduct } from '../../../../src/core/math/simdProduct'
import { checkGolden } from '../../../support/golden/checkGolden'
import { type GoldenFile, readGolden } from '../../../support/golden/format'

function read(name: string): GoldenFile {
  const path = fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url))
  const content = readGolden(readFileSync(path, 'utf8'))
  if (typeof content === 'string') throw new Error(`${name} ${content}`)
  return content
}

const file = read('golden.json')

describe('golden values of an independent implementation', () => {
  const results = [...checkGolden(file, javascriptProduct)]

  it('hold with 128-bit instructions in float32 as well', () => {
    const other = [...checkGolden(file, simdProduct)]
    expect(other).toHaveLength(results.length)
    expect(other.filter((result) => result.problem !== '')).toEqual([])
  })

  it.each([
    ['distance', 78],
    ['loss', 573],
    ['miner', 208],
    ['metric', 136],
  ])('%s: all %i cases are within tolerance', (kind, count) => {
    const ours = results.filter((result) => result.kind === kind)
    expect(ours).toHaveLength(count)
    expect(ours.filter((result) => result.problem !== '')).toEqual([])
  })

  it.each([
    ['plain products', javascriptProduct],
    ['128-bit instructions', simdProduct],
  ])('hold on other batches, with %s', (_, product) => {
    const others = [...checkGolden(read('goldenBatches.json'), product)]
    expect(others).toHaveLength(245 + 106)
    expect(others.filter((result) => result.problem !== '')).toEqual([])
  })

  it('checks a gradient wherever the file has one', () => {
    const withGradient = file.losses?.filter((entry) => entry.gradient !== undefined) ?? []
    const checked = results.filter((r) => r.kind === 'loss' && r.gradientError !== null)
    expect(checked).toHaveLength(withGradient.length)
    expect(withGradient.length).toBeGreaterThan(400)
  })

  it('fails where a value, a gradient or a tuple is off', () => {
    const loss = file.losses![0]!
    const miner = file.miners!.find((entry) => entry.name === 'batchHard')!
    const wrong: GoldenFile = {
      ...file,
      distances: [],
      metrics: [],
      losses: [
        { ...loss, value: Number(loss.value) * 1.0001 },
        { ...loss, gradient: loss.gradient!.map((row) => row.map((g) => g * 1.001)) },
        { ...loss, name: 'unheardOf' },
        { ...loss, options: { unheardOf: 1 } },
      ],
      miners: [{ ...miner, value: { ...(miner.value as object), negative: [] } }],
    }
    expect([...checkGolden(wrong)].map((result) => result.problem === '')).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('a file of golden values', () => {
  const tolerances = file.tolerances

  it.each([
    ['', /is not JSON/],
    ['{"batches":', /is not JSON/],
    ['[]', /not a file of golden values: tolerances/],
    [JSON.stringify({ tolerances, batches: { A: { embeddings: 1, labels: [] } } }), /batches.A/],
    [JSON.stringify({ tolerances, batches: {}, losses: [{ batch: 'A' }] }), /losses.0.name/],
  ])('that is %j is refused with the place', (text, message) => {
    expect(readGolden(text)).toMatch(message)
  })

  it('may name no options, and batches without rows', () => {
    const empty = { embeddings: [], labels: [] }
    const content = readGolden(
      JSON.stringify({
        tolerances,
        batches: { empty },
        losses: [{ name: 'triplet', batch: 'empty', value: 0, gradient: [] }],
        metrics: [{ name: 'mapAtR', batch: 'absent', value: 0 }],
      }),
    )
    if (typeof content === 'string') throw new Error(content)
    expect([...checkGolden(content)].map(({ problem }) => problem)).toEqual([
      '',
      'No batch named absent',
    ])
  })
})
