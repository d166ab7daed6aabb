import { describe, expect, it } from 'vitest'
import { RemainingWork } from '../../../../src/core/work/remainingWork'
import type { StageWork } from '../../../../src/core/work/work'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'

const speeds = { ...shippedSpeeds.tensorflow, features: 0.1, headSteps: 0.01, embedding: 1 }
const stages: readonly StageWork[] = [
  { stage: 'features', amounts: { features: 100 } },
  { stage: 'training', amounts: { headSteps: 1000 } },
  { stage: 'embedding', amounts: { embedding: 5 } },
]

/** Goes through the stages on a machine that takes `times` as long as planned. */
function walk(times: number) {
  const remaining = new RemainingWork(stages, speeds)
  const said = [{ left: remaining.seconds(), truth: 25 * times }]
  let passed = 0
  for (const { stage, amounts } of stages) {
    remaining.enter(stage)
    for (const kind of ['features', 'headSteps', 'embedding'] as const) {
      for (let i = 0; i < 10 && amounts[kind] !== undefined; i++) {
        const amount = amounts[kind] / 10
        const seconds = amount * speeds[kind] * times
        remaining.add({ kind, amount, seconds })
        passed += seconds
        said.push({ left: remaining.seconds(), truth: 25 * times - passed })
      }
    }
  }
  return said
}

describe('RemainingWork', () => {
  it('is of the whole run, and falls to nothing', () => {
    const said = walk(1)
    expect(said[0]?.left).toBe(25)
    for (const { left, truth } of said) expect(left).toBeCloseTo(truth, 6)
  })

  it('learns on the way that the machine is twelve times slower', () => {
    const said = walk(12)
    // After half of the first stage it is within a third of the truth, and never rises again.
    for (const [at, { left, truth }] of said.entries()) {
      if (at < 5) continue
      expect(Math.abs(left - truth)).toBeLessThanOrEqual(truth / 3 + 1e-9)
      expect(left).toBeLessThanOrEqual(said[at - 1]!.left + 1e-9)
    }
    expect(said.at(-1)?.left).toBe(0)
  })

  it('is never negative, whatever is done beyond what was planned', () => {
    const remaining = new RemainingWork(stages, speeds)
    remaining.enter('embedding')
    remaining.add({ kind: 'embedding', amount: 50, seconds: 20 })
    expect(remaining.seconds(100)).toBe(0)
  })

  it('counts down between two pieces of work, as far as the stage goes', () => {
    const remaining = new RemainingWork(stages, speeds)
    expect(remaining.seconds(4)).toBe(21)
    expect(remaining.seconds(1000)).toBe(15)
  })

  it('takes work that was paused as done and no measure of speed', () => {
    const remaining = new RemainingWork(stages, speeds)
    remaining.add({ kind: 'features', amount: 50, seconds: null })
    expect(remaining.seconds()).toBe(20)
  })

  it('gives a stage that a clock ends no longer than that', () => {
    const remaining = new RemainingWork(
      [{ stage: 'training', amounts: { headSteps: 1e6 }, limitSeconds: 60 }],
      speeds,
    )
    expect(remaining.seconds()).toBe(60)
    remaining.add({ kind: 'headSteps', amount: 100, seconds: 20 })
    expect(remaining.seconds()).toBe(40)
  })
})
