import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSettingsStore } from '../../../src/main/settings/settingsStore'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'semblance-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the settings store', () => {
  it('merges, stores and finds again', () => {
    const file = join(folder, 'deep', 'settings.json')
    const store = createSettingsStore(file)
    const told: unknown[] = []
    store.onChanged((settings) => told.push(settings))
    expect(store.current()).toEqual({})
    store.update({ theme: 'light' })
    expect(store.update({ locale: 'zh-CN' })).toEqual({ theme: 'light', locale: 'zh-CN' })
    expect(told).toHaveLength(2)
    expect(createSettingsStore(file).current()).toEqual({ theme: 'light', locale: 'zh-CN' })
    expect(readdirSync(join(folder, 'deep'))).toEqual(['settings.json'])
  })

  it.each(['', '{', '[]', '{"theme":"pink"}', '{"unknown":1}'])(
    'starts anew from a file that holds %j',
    (content) => {
      const file = join(folder, 'settings.json')
      writeFileSync(file, content)
      const store = createSettingsStore(file)
      expect(store.current()).toEqual({})
      store.update({ theme: 'dark' })
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'dark' })
    },
  )
})
