import { describe, expect, it } from 'vitest'
import { durationText, ProgressLine } from '../../../../src/main/cli/progressLine'

describe('ProgressLine', () => {
  it('writes plain lines where there is no terminal, not one for each change', () => {
    let written = ''
    let clock = 0
    const line = new ProgressLine({ write: (text) => (written += text) }, () => clock)
    line.update('Importing', '1 of 9')
    line.update('Importing', '2 of 9')
    clock = 6000
    line.update('Importing', '8 of 9')
    line.update('Training', 'step 1')
    line.line('Done.')
    expect(written).toBe('Importing: 1 of 9\nImporting: 8 of 9\nTraining: step 1\nDone.\n')
  })

  it('changes one line on a terminal and leaves nothing of a longer one', () => {
    let written = ''
    const line = new ProgressLine({ isTTY: true, columns: 40, write: (text) => (written += text) })
    line.update('Importing', '10 of 100')
    line.update('Short')
    line.line('Done.')
    expect(written).toBe(`\rImporting: 10 of 100\rShort               \r     \rDone.\n`)
  })

  it('cuts what does not fit', () => {
    let written = ''
    const line = new ProgressLine({ isTTY: true, columns: 21, write: (text) => (written += text) })
    line.update('x'.repeat(50))
    expect(written).toBe(`\r${'x'.repeat(20)}`)
  })
})

describe('durationText', () => {
  it('is short', () => {
    expect(durationText(0.2)).toBe('1 s')
    expect(durationText(42)).toBe('42 s')
    expect(durationText(150)).toBe('3 min')
    expect(durationText(7200)).toBe('2.0 h')
  })
})
