import { describe, expect, it } from 'vitest'
import { partOf, type Steps, walk } from '../../../src/core/steps'
import { Interruption } from '../../../src/core/interruption'

function* counted(count: number, onStep: (at: number) => void): Steps<string> {
  for (let at = 1; at <= count; at++) {
    onStep(at)
    yield at / count
  }
  return 'done'
}

describe('a walk through steps', () => {
  it('lets others run by the clock, says how far it is, and stands still while paused', async () => {
    const interruption = new Interruption()
    let now = 0
    let steps = 0
    let breaths = 0
    const shares: number[] = []
    const walked = walk(
      partOf(
        counted(10, () => {
          steps++
          now += 15
        }),
        0.5,
        1,
      ),
      {
        now: () => now,
        breathe: async () => {
          if (++breaths === 2) interruption.pause()
        },
        interruption,
        onProgress: (share) => shares.push(share),
      },
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(breaths).toBe(2)
    expect(steps).toBe(4)
    expect(shares).toEqual([0.6, 0.7])
    interruption.resume()
    expect(await walked).toBe('done')
    expect(steps).toBe(10)
    expect(breaths).toBe(5)
  })
})
