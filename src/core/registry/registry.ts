import { AppError } from '../../shared/errors'

/** Entries by name, in the order in which they are shown. */
export interface Registry<T extends { readonly name: string }> {
  readonly entries: readonly T[]
  readonly names: readonly string[]
  has(name: string): boolean
  /** @throws AppError invalidInput when no entry has that name */
  get(name: string): T
  /**
   * Adds an entry from outside the program, for as long as the process lives.
   * @throws AppError invalidInput when there is one of that name
   */
  register(entry: T): void
}

/**
 * @param kind what the entries are, for messages, for instance `loss`
 * @param own those of the program
 * @param complete adds entries that are made of the others
 * @throws Error when two entries share a name
 */
export function createRegistry<T extends { readonly name: string }>(
  kind: string,
  own: readonly T[],
  complete: (entries: readonly T[]) => readonly T[] = (entries) => entries,
): Registry<T> {
  const given = [...own]
  let entries: readonly T[] = []
  let byName = new Map<string, T>()
  const arrange = () => {
    entries = complete(given)
    byName = new Map(entries.map((entry) => [entry.name, entry]))
    if (byName.size !== entries.length) throw new Error(`Two entries named alike: ${kind}`)
  }
  arrange()
  const names = () => [...byName.keys()]
  return {
    get entries() {
      return entries
    },
    get names() {
      return names()
    },
    has: (name) => byName.has(name),
    get(name) {
      const entry = byName.get(name)
      if (entry === undefined) {
        throw new AppError(
          'invalidInput',
          `There is no ${kind} named "${name}". Choose one of: ${names().join(', ')}.`,
          { kind, name },
        )
      }
      return entry
    },
    register(entry) {
      if (byName.has(entry.name)) {
        throw new AppError(
          'invalidInput',
          `There is a ${kind} named "${entry.name}" already. Give yours another name.`,
          { kind, name: entry.name },
        )
      }
      given.push(entry)
      arrange()
    },
  }
}
