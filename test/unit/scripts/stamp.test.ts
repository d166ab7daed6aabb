import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  hashOf,
  hashOfFiles,
  readState,
  stateFile,
  writeState,
} from '../../../scripts/setup/stamp.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'semblance-stamp-'))
  mkdirSync(join(root, 'src', 'deep'), { recursive: true })
  writeFileSync(join(root, 'src', 'a.ts'), 'one')
  writeFileSync(join(root, 'src', 'deep', 'b.ts'), 'two')
  writeFileSync(join(root, 'config.json'), '{}')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('hashOf', () => {
  it('tells where one part ends and the next begins', () => {
    expect(hashOf('ab', 'c')).not.toBe(hashOf('a', 'bc'))
    expect(hashOf('ab', 'c')).toBe(hashOf(Buffer.from('ab'), 'c'))
  })
})

describe('hashOfFiles', () => {
  const paths = ['src', 'config.json', 'absent.json']

  it('changes with content, name, and presence, and with nothing else', () => {
    const before = hashOfFiles(root, paths)
    expect(hashOfFiles(root, ['absent.json', 'config.json', 'src'])).toBe(before)
    writeFileSync(join(root, 'elsewhere.txt'), 'x')
    writeFileSync(join(root, 'src', '.hidden'), 'x')
    expect(hashOfFiles(root, paths)).toBe(before)
    writeFileSync(join(root, 'src', 'deep', 'b.ts'), 'changed')
    const changed = hashOfFiles(root, paths)
    expect(changed).not.toBe(before)
    writeFileSync(join(root, 'src', 'deep', 'b.ts'), 'two')
    expect(hashOfFiles(root, paths)).toBe(before)
    writeFileSync(join(root, 'absent.json'), '')
    expect(hashOfFiles(root, paths)).not.toBe(before)
  })
})

describe('recorded state', () => {
  it('is merged, stamps one by one', () => {
    expect(readState(root)).toEqual({})
    writeState(root, { stamps: { build: '1', sample: '2' } })
    const tensorflow = { available: false, version: null, gpu: false, reason: 'no compiler' }
    writeState(root, { tensorflow, stamps: { build: '3' } })
    expect(readState(root)).toEqual({ tensorflow, stamps: { build: '3', sample: '2' } })
  })

  it('counts as empty when it cannot be read', () => {
    writeState(root, {})
    writeFileSync(stateFile(root), '{"stamps": ')
    expect(readState(root)).toEqual({})
    writeFileSync(stateFile(root), '[]')
    expect(readState(root)).toEqual({})
  })
})
