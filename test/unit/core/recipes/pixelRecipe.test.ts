import { describe, expect, it } from 'vitest'
import { pixelRecipe } from '../../../../src/core/recipes/pixelRecipe'
import { follow, Left, pixelData, residualOptions, smallOptions } from './tinyTraining'

const data = pixelData()
const stages = pixelRecipe.stages.map(({ name }) => name)

// In plain JavaScript a network takes its time.
describe.each([
  ['small', smallOptions],
  ['residual', residualOptions],
])('a %s network', { timeout: 60_000 }, (network, options) => {
  it('goes through its stages in this order, and on with the same numbers', async () => {
    expect(stages).toEqual(['untrained', 'held out', 'rate', 'training', 'kept'])
    const whole = await follow(pixelRecipe, data, options)
    expect(whole.run).toEqual(stages)
    expect(whole.taken).toEqual([])
    expect(whole.count).toEqual({ made: 1, alive: 0 })
    expect(whole.done).toMatchObject({ closedForm: null, validation: null, kept: null })
    expect(whole.done!.saved.kind).toBe(network)
    expect(whole.done!.ended.steps).toBe(options.epochs * options.stepsPerEpoch)

    const left = new Left()
    let isSuspended = false
    await follow(pixelRecipe, data, options, {
      left,
      onMoment: (stage, breath, interruption) => {
        if (isSuspended || stage !== 'training' || breath < 2) return
        isSuspended = true
        interruption.suspend()
      },
    })
    expect(left.checkpoint).not.toBeNull()
    const { done, taken, count } = await follow(pixelRecipe, data, options, { left })
    expect(taken).toEqual(['rate'])
    expect(count.alive).toBe(0)
    expect(done!.saved).toEqual(whole.done!.saved)
    expect(done!.before).toEqual(whole.done!.before)
    expect(left.ledger.state()).toEqual(whole.left.ledger.state())
  })

  it.each(['untrained', 'training'])(
    'keeps what there is where it is cancelled: %s',
    async (wanted) => {
      let isCancelled = false
      const { done, count } = await follow(pixelRecipe, data, options, {
        onMoment: (stage, _, interruption) => {
          if (isCancelled || stage !== wanted) return
          isCancelled = true
          interruption.cancel()
        },
      })
      expect(isCancelled).toBe(true)
      expect(count.alive).toBe(0)
      expect(done!.ended).toMatchObject({ reason: 'cancelled', bestEpoch: 0, steps: 0 })
    },
  )
})
