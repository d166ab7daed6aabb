import { AppError } from '../../shared/errors'

/** Entries by name, in the order in which they are shown. */
export interface Registry<T extends { readonly name: string }> {
  readonly entries: readonly T[]
  readonly names: readonly string[]
  has(name: string): boolean
  /** @throws AppError invalidInput when no entry has that name */
  get(name: string): T
}

/**
 * @param kind what the entries are, for messages, for instance `loss`
 * @throws Error when two entries share a name
 */
export function createRegistry<T extends { readonly name: string }>(
  kind: string,
  entries: readonly T[],
): Registry<T> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  if (byName.size !== entries.length) throw new Error(`Two entries named alike: ${kind}`)
  const names = [...byName.keys()]
  return {
    entries,
    names,
    has: (name) => byName.has(name),
    get(name) {
      const entry = byName.get(name)
      if (entry === undefined) {
        throw new AppError(
          'invalidInput',
          `There is no ${kind} named "${name}". Choose one of: ${names.join(', ')}.`,
          { kind, name },
        )
      }
      return entry
    },
  }
}
