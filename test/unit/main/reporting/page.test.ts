import { describe, expect, it } from 'vitest'
import { createMatrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { drawChart } from '../../../../src/main/reporting/charts'
import { likelyMislabels } from '../../../../src/main/reporting/likelyMislabels'
import { both, markup } from '../../../../src/main/reporting/page'

describe('a piece of a page', () => {
  it('shows names as they are, whatever they hold', () => {
    const name = `<script>alert("1")</script> & 'x'`
    expect(markup`<b title="${name}">${name}</b>`.text).toBe(
      '<b title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</b>',
    )
    expect(markup`${['<', markup`<i>${'>'}</i>`, null, 3]}`.text).toBe('&lt;<i>&gt;</i>3')
    expect(markup`${'a\u202Eb\u0000'}`.text).toBe('a\uFFFDb\uFFFD')
    expect(both('<en>', '<中>').text).toBe(
      '<span class="en" lang="en">&lt;en&gt;</span><span class="zh" lang="zh-CN">&lt;中&gt;</span>',
    )
  })
})

describe('a chart', () => {
  const axes = { x: ['x', 'x'], y: ['y', 'y'] } as const
  it('is absent without two points, and finite where all are the same', () => {
    const line = (points: readonly (readonly [number, number])[]) =>
      drawChart({ ...axes, lines: [{ name: ['a', 'a'], points }] })
    expect(line([])).toBeNull()
    expect(line([[1, 1]])).toBeNull()
    const flat = line([
      [1, 0.5],
      [1, 0.5],
    ])!.text
    expect(flat).toContain('<polyline')
    expect(flat).not.toMatch(/NaN|Infinity/)
  })
})

describe('likely mislabels', () => {
  const cloud = (rows: number) => {
    const random = createRandom('mislabels')
    const unit = createMatrix(rows, 8)
    for (let i = 0; i < rows; i++) {
      const side = i % 2
      let square = 0
      for (let k = 0; k < 8; k++) {
        const value = (k === side ? 3 : 0) + random.normal(0, 0.2)
        unit.data[i * 8 + k] = value
        square += value * value
      }
      for (let k = 0; k < 8; k++) unit.data[i * 8 + k]! /= Math.sqrt(square)
    }
    return { unit, labels: Int32Array.from({ length: rows }, (_, i) => i % 2) }
  }
  const random = () => createRandom('report')

  it('are the images whose neighbours have another label, with that label', async () => {
    const { unit, labels } = cloud(60)
    labels[10] = 1
    labels[21] = 0
    const found = await likelyMislabels(unit, labels, { most: 5, random: random() })
    expect(found!.images.map(({ row }) => row).sort((a, b) => a - b)).toEqual([10, 21])
    expect(found!.images.find(({ row }) => row === 10)).toMatchObject({ suggestedLabel: 0 })
    expect(found).toMatchObject({ asked: 60, labelled: 60, voters: 10 })
  })

  it('are none of nothing, of one image, or where it is cancelled', async () => {
    for (const rows of [0, 1]) {
      const { unit, labels } = cloud(rows)
      const found = await likelyMislabels(unit, labels, { most: 5, random: random() })
      expect(found!.images).toEqual([])
    }
    const { unit, labels } = cloud(60)
    const signal = AbortSignal.abort()
    expect(await likelyMislabels(unit, labels, { most: 5, random: random(), signal })).toBeNull()
  })
})
