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
})
