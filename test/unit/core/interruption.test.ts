import { describe, expect, it } from 'vitest'
import { Interruption } from '../../../src/core/interruption'

describe('Interruption', () => {
  it('lets through at once what is not paused', async () => {
    await new Interruption().whilePaused()
  })

  it('waits until resumed, also when paused again in between', async () => {
    const interruption = new Interruption()
    interruption.pause()
    let isThrough = false
    const waiting = interruption.whilePaused().then(() => (isThrough = true))
    await Promise.resolve()
    interruption.resume()
    interruption.pause()
    await new Promise((resolve) => setImmediate(resolve))
    expect(isThrough).toBe(false)
    interruption.resume()
    await waiting
    expect(isThrough).toBe(true)
  })

  it('ends a pause by cancelling, and pauses no more after it', async () => {
    const interruption = new Interruption()
    interruption.pause()
    interruption.cancel()
    await interruption.whilePaused()
    interruption.pause()
    expect(interruption.isPaused).toBe(false)
    expect(interruption.isCancelled).toBe(true)
    expect(interruption.signal.aborted).toBe(true)
  })
})
