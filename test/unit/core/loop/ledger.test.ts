import { describe, expect, it } from 'vitest'
import { TripletLedger } from '../../../../src/core/loop/ledger'

const one = (anchor: number, positive: number, negative: number, loss: number) => ({
  anchor: [anchor],
  positive: [positive],
  negative: [negative],
  positiveDistance: [loss],
  negativeDistance: [0],
  loss: [loss],
})

describe('TripletLedger', () => {
  it('counts a triplet once a step and keeps when its loss was greatest', () => {
    const ledger = new TripletLedger()
    ledger.add(1, 3, one(1, 2, 3, 0.5))
    ledger.add(2, 40, one(1, 2, 3, 0.9))
    ledger.add(3, 80, one(1, 2, 3, 0.1))
    expect(ledger.worst()).toEqual([
      {
        anchor: 1,
        positive: 2,
        negative: 3,
        epoch: 2,
        step: 40,
        timesMined: 3,
        positiveDistance: 0.9,
        negativeDistance: 0,
        loss: 0.9,
      },
    ])
  })

  it('tells the roles apart', () => {
    const ledger = new TripletLedger()
    ledger.add(1, 1, one(1, 2, 3, 0.5))
    ledger.add(1, 1, one(2, 1, 3, 0.5))
    expect(ledger.size).toBe(2)
  })

  it('leaves out what has no loss or none that is a number', () => {
    const ledger = new TripletLedger()
    ledger.add(1, 1, one(1, 2, 3, 0))
    ledger.add(1, 1, one(1, 2, 4, NaN))
    expect(ledger.worst()).toEqual([])
  })

  it('stays bounded and keeps the worst', () => {
    const ledger = new TripletLedger(10)
    for (let i = 0; i < 500; i++) ledger.add(1, i, one(i, i + 1, i + 2, (i * 37) % 500))
    expect(ledger.size).toBe(10)
    expect(ledger.worst().map((t) => t.loss)).toEqual([
      499, 498, 497, 496, 495, 494, 493, 492, 491, 490,
    ])
    expect(ledger.worst(3)).toHaveLength(3)
  })

  it('orders equal losses by how often they were mined, then by anchor, positive and negative', () => {
    const ledger = new TripletLedger()
    for (const [a, p, n] of [
      [2, 1, 1],
      [1, 2, 1],
      [1, 1, 2],
      [1, 1, 1],
      [9, 9, 9],
      [9, 9, 9],
    ] as const) {
      ledger.add(1, 1, one(a, p, n, 0.5))
    }
    expect(ledger.worst().map((t) => [t.anchor, t.positive, t.negative])).toEqual([
      [9, 9, 9],
      [1, 1, 1],
      [1, 1, 2],
      [1, 2, 1],
      [2, 1, 1],
    ])
  })

  it('keeps the first of two equal losses of a triplet', () => {
    const ledger = new TripletLedger()
    ledger.add(1, 3, one(1, 2, 3, 0.5))
    ledger.add(2, 40, one(1, 2, 3, 0.5))
    expect(ledger.worst()[0]).toMatchObject({ epoch: 1, step: 3, timesMined: 2 })
  })

  it('forgets only when it holds more than twice its capacity, and then down to it', () => {
    const ledger = new TripletLedger(3)
    for (let i = 1; i <= 6; i++) ledger.add(1, i, one(i, 0, 0, i))
    expect(ledger.state()).toHaveLength(6)
    ledger.add(1, 7, one(7, 0, 0, 7))
    expect(ledger.state().map((t) => t.loss)).toEqual([7, 6, 5])
  })

  it('goes on from a state as if unbroken, and changes no state that it gave or took', () => {
    const whole = new TripletLedger()
    whole.add(1, 1, one(1, 2, 3, 0.5))
    whole.add(1, 1, one(4, 5, 6, 0.7))
    const state = whole.state()
    const saved = structuredClone(state)
    const resumed = new TripletLedger()
    resumed.restore(state)
    whole.add(2, 2, one(1, 2, 3, 0.9))
    resumed.add(2, 2, one(1, 2, 3, 0.9))
    expect(resumed.state()).toEqual(whole.state())
    expect(resumed.size).toBe(2)
    expect(state).toEqual(saved)
  })
})
