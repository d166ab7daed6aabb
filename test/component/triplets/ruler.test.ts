import { describe, expect, it } from 'vitest'
import { roundStep, rulerGeometry } from '../../../src/renderer/src/features/triplets/ruler'

describe('the distance ruler', () => {
  it('shows a violation where the negative is nearer than the positive', () => {
    const geometry = rulerGeometry(0.74, 0.31, 0.2)
    expect(geometry.violated).toBe(true)
    expect(geometry.insideMargin).toBe(false)
    expect(geometry.negative).toBeLessThan(geometry.positive)
    expect(geometry.margin?.from).toBe(geometry.positive)
    expect(geometry.margin?.to).toBeCloseTo(0.94 / (0.94 * 1.08))
  })
  it('keeps all on one scale: positions are proportional to distances', () => {
    const geometry = rulerGeometry(0.4, 0.8, null)
    expect(geometry.negative / geometry.positive).toBeCloseTo(2)
    expect(geometry.margin).toBeNull()
    expect(Math.max(geometry.negative, geometry.positive)).toBeLessThan(1)
  })
  it('tells semi-hard from easy', () => {
    expect(rulerGeometry(0.4, 0.5, 0.2).insideMargin).toBe(true)
    expect(rulerGeometry(0.4, 0.7, 0.2).insideMargin).toBe(false)
  })
  it('bears identical images and broken numbers', () => {
    const zero = rulerGeometry(0, 0, 0)
    expect(zero.positive).toBe(0)
    expect(zero.violated).toBe(false)
    const broken = rulerGeometry(Number.NaN, Number.POSITIVE_INFINITY, 0.2)
    expect(broken.ticks.length).toBeLessThan(20)
    expect(Number.isFinite(broken.negative)).toBe(true)
  })
  it('tells equal distances from both others', () => {
    const geometry = rulerGeometry(0.5, 0.5, 0.2)
    expect(geometry).toMatchObject({ equal: true, violated: false, insideMargin: true })
    expect(geometry.positive).toBe(geometry.negative)
    expect(rulerGeometry(0, 0, null)).toMatchObject({ equal: true, insideMargin: false })
  })
  it('begins where a score without a zero point does', () => {
    const geometry = rulerGeometry(-20, -31, null)
    expect(geometry.violated).toBe(true)
    expect(geometry.negative).toBeGreaterThan(0)
    expect(geometry.negative).toBeLessThan(geometry.positive)
    expect(geometry.positive).toBeLessThan(geometry.anchor)
    expect(geometry.anchor).toBeLessThanOrEqual(1)
    expect(geometry.ticks.every(({ at }) => at >= 0 && at <= 1)).toBe(true)
  })
  it('takes round ticks', () => {
    expect(roundStep(1.0, 6)).toBeCloseTo(0.2)
    expect(roundStep(0.07, 6)).toBeCloseTo(0.02)
    expect(roundStep(0, 6)).toBe(1)
    const { ticks } = rulerGeometry(1, 0.5, null)
    expect(ticks[0]?.value).toBe(0)
    expect(ticks.every(({ at }) => at >= 0 && at <= 1)).toBe(true)
  })
})
