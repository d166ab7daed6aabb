import { settings as settingsSchema, type Settings } from '../../shared/model/settings'
import { jsonFile } from './jsonFile'

export interface SettingsStore {
  current(): Settings
  /** Merges into the stored settings, stores them, and answers with all of them. */
  update(change: Settings): Settings
  onChanged(listener: (settings: Settings) => void): void
}

/** Settings in a file of their own; a damaged file counts as none. */
export function createSettingsStore(file: string): SettingsStore {
  const stored = jsonFile(file, settingsSchema)
  const listeners: ((settings: Settings) => void)[] = []
  let current: Settings = stored.read() ?? {}
  return {
    current: () => current,
    update: (change) => {
      const next: Settings = { ...current, ...change }
      stored.write(next)
      current = next
      for (const listener of listeners) listener(next)
      return next
    },
    onChanged: (listener) => void listeners.push(listener),
  }
}
