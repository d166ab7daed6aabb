import type { DatedEntry } from '../db/repositories/journalRepository'
import { replay } from '../labels/changeLog'

/**
 * What a person put right between two moments: images that were labelled or excluded, or whose
 * change was taken back, each once, and each label that was joined into another.
 * @param entries the journal up to `until` at least, in order
 */
export function countCorrections(
  entries: readonly DatedEntry[],
  from: number,
  until: number,
): number {
  const inEffectAt = (moment: number) => replay(entries.filter(({ at }) => at <= moment)).done
  const before = new Map(inEffectAt(from).map((step) => [step.id, step]))
  const after = new Map(inEffectAt(until).map((step) => [step.id, step]))
  const changed = [
    ...[...before.values()].filter(({ id }) => !after.has(id)),
    ...[...after.values()].filter(({ id }) => !before.has(id)),
  ]
  const images = new Set<number>()
  let joined = 0
  for (const { ids, merges } of changed) {
    joined += merges
    if (merges === 0) for (const id of ids) images.add(id)
  }
  return images.size + joined
}
