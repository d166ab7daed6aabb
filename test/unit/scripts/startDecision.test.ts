import { describe, expect, it } from 'vitest'
import { decideStart, hasDisplay, resultsFolderName } from '../../../scripts/startDecision.mjs'

function decide(args: readonly string[], display = true) {
  return decideStart(args, {
    hasDisplay: display,
    resolveFolder: (argument) => (argument === 'photos' ? '/home/ada/photos' : null),
  })
}

describe('decideStart', () => {
  it('opens the window, with or without a folder', () => {
    expect(decide([])).toEqual({ kind: 'window', folder: null })
    expect(decide(['photos'])).toEqual({ kind: 'window', folder: '/home/ada/photos' })
  })

  it('does the same job headless without a display', () => {
    expect(decide([], false)).toEqual({ kind: 'headless', folder: null })
    expect(decide(['photos'], false)).toEqual({ kind: 'headless', folder: '/home/ada/photos' })
  })

  it.each(['train', 'sweep', 'embed', 'export', 'predict', 'search', 'help', 'version'])(
    'hands %s to the program',
    (command) => {
      const args = [command, 'photos', '--out', 'x', '--help']
      expect(decide(args, false)).toEqual({ kind: 'command', args })
    },
  )

  it('gives help and version for the options too', () => {
    expect(decide(['photos', '--help'])).toEqual({ kind: 'command', args: ['help'] })
    expect(decide(['-h'])).toEqual({ kind: 'command', args: ['help'] })
    expect(decide(['--version'])).toEqual({ kind: 'command', args: ['version'] })
  })

  it.each([
    [['--fast'], '--fast'],
    [['photos', '-x'], '-x'],
    [['photos', 'more'], 'quotes'],
    [['nowhere'], 'nowhere'],
  ])('refuses %j', (args, said) => {
    const decision = decide(args)
    expect(decision.kind).toBe('refused')
    expect(decision).toHaveProperty('message', expect.stringContaining(said))
  })
})

describe('hasDisplay', () => {
  it('asks for a display on Linux alone', () => {
    expect(hasDisplay('linux', {})).toBe(false)
    expect(hasDisplay('linux', { DISPLAY: '' })).toBe(false)
    expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true)
    expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true)
    expect(hasDisplay('darwin', {})).toBe(true)
    expect(hasDisplay('win32', {})).toBe(true)
  })
})

describe('resultsFolderName', () => {
  it('sorts by time and holds no forbidden character', () => {
    expect(resultsFolderName(new Date(2026, 0, 2, 3, 4, 5))).toBe(
      'semblance-results-2026-01-02-030405',
    )
  })
})
