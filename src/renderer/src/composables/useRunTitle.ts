import { useI18n } from 'vue-i18n'
import type { Locale } from '../../../shared/model/settings'
import type { RunSummary, TrainingRegistry } from '../../../shared/model/training'

/** What a run minimised, in the words of the registry; its own names until that is there. */
export function useRunTitle(registry: () => TrainingRegistry | null) {
  const { locale } = useI18n()
  const titleOf = (kind: 'losses' | 'miners', name: string): string =>
    registry()?.[kind].find((entry) => entry.name === name)?.title[locale.value as Locale] ?? name
  return ({ options: { loss, miner } }: Pick<RunSummary, 'options'>): string => {
    const title = titleOf('losses', loss.name)
    return miner === null ? title : `${title} · ${titleOf('miners', miner.name)}`
  }
}
