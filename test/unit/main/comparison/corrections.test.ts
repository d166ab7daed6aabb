import { expect, it } from 'vitest'
import { countCorrections } from '../../../../src/main/comparison/corrections'
import type { DatedEntry } from '../../../../src/main/db/repositories/journalRepository'

/** Entries one after another; the moment of each is its id. */
const journal = (
  ...entries: readonly (Partial<DatedEntry> & Pick<DatedEntry, 'kind'>)[]
): DatedEntry[] =>
  entries.map((entry, i) => ({
    ...{ id: i + 1, at: i + 1, target: null, ids: new Uint32Array(0), merges: 0 },
    ...entry,
  }))
const images = (...ids: number[]) => ({ ids: Uint32Array.from(ids) })

it('counts each image once, each label that was joined as one, and nothing outside the two moments', () => {
  const entries = journal(
    { kind: 'label', ...images(1) },
    { kind: 'label', ...images(2, 3) },
    { kind: 'exclude', ...images(3) },
    { kind: 'merge', merges: 1, ...images(10, 11, 12, 13) },
    { kind: 'merge', merges: 2, ...images(14, 15) },
    { kind: 'rename' },
    { kind: 'verdict' },
    { kind: 'verdict', ...images(4) },
    { kind: 'label', ...images(99) },
  )
  expect(countCorrections(entries, 1, 8)).toBe(3 + 1 + 2)
  expect(countCorrections(entries, 8, 8)).toBe(0)
})

it('counts what was taken back only where it was in effect before', () => {
  const entries = journal(
    { kind: 'label', ...images(1) },
    { kind: 'label', ...images(2) },
    { kind: 'undo', target: 2 },
    { kind: 'undo', target: 1 },
  )
  expect(countCorrections(entries, 0, 4)).toBe(0)
  expect(countCorrections(entries, 1, 4)).toBe(1)
  expect(countCorrections(entries, 1, 2)).toBe(1)
})
