import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAppStore, views } from '../stores/app'
import { useDatasetStore } from '../stores/dataset'
import { useExportStore } from '../stores/exporting'
import { useLabelStore } from '../stores/labels'
import { useRunStore } from '../stores/runs'
import { useSelectionStore } from '../stores/selection'
import { useSimilarStore } from '../stores/similar'

export interface Command {
  readonly key: string
  readonly text: string
  readonly shortcut?: string
  readonly run: () => void
}

/** What the palette can do, as far as it can be done now. */
export function useCommands() {
  const { t } = useI18n()
  const app = useAppStore()
  const dataset = useDatasetStore()
  const exporting = useExportStore()
  const labels = useLabelStore()
  const runs = useRunStore()
  const selection = useSelectionStore()
  const similar = useSimilarStore()

  return computed<readonly Command[]>(() => {
    const { undo, redo } = labels.undoState
    return [
      ...views.map((view, index): Command => ({
        key: view,
        text: t(`frame.views.${view}`),
        shortcut: `mod+${index + 1}`,
        run: () => app.go(view),
      })),
      ...(runs.active === null && (dataset.current?.imageCount ?? 0) > 0
        ? [{ key: 'train', text: t('training.start'), run: () => void runs.start() }]
        : []),
      ...(runs.embedded === null
        ? []
        : [
            { key: 'export', text: t('frame.export.command'), run: () => void exporting.show() },
            {
              key: 'report',
              text: t('exporting.report.command'),
              run: () => void exporting.report(runs.embedded!.id),
            },
          ]),
      ...(undo === null
        ? []
        : [
            {
              key: 'undo',
              text: t('frame.status.undo', { what: labels.wordsOf(undo) }),
              shortcut: 'mod+z',
              run: () => void labels.undo(),
            },
          ]),
      ...(redo === null
        ? []
        : [
            {
              key: 'redo',
              text: t('frame.status.redo', { what: labels.wordsOf(redo) }),
              shortcut: 'mod+shift+z',
              run: () => void labels.redo(),
            },
          ]),
      ...(dataset.isFiltered
        ? [{ key: 'clear', text: t('library.toolbar.clear'), run: () => dataset.clearFilter() }]
        : []),
      ...(selection.count > 0 && runs.embedded !== null
        ? [
            {
              key: 'similar',
              text: t('predict.rank.command'),
              shortcut: 's',
              run: () => void similar.toImages(selection.ids),
            },
          ]
        : []),
      ...(selection.count > 0
        ? [
            {
              key: 'deselect',
              text: t('frame.status.clearSelection'),
              shortcut: 'escape',
              run: () => selection.clear(),
            },
          ]
        : []),
      { key: 'choose', text: t('frame.datasets.choose'), run: () => void dataset.chooseFolder() },
      {
        key: 'sample',
        text: t('frame.datasets.sample'),
        run: () => void dataset.importSample(),
      },
      ...(dataset.current === null
        ? []
        : [{ key: 'rescan', text: t('frame.datasets.rescan'), run: () => void dataset.rescan() }]),
      {
        key: 'theme',
        text: t('frame.palette.theme', {
          theme: t(`frame.settings.${app.shownTheme === 'dark' ? 'light' : 'dark'}`),
        }),
        run: () => void app.updateSettings({ theme: app.shownTheme === 'dark' ? 'light' : 'dark' }),
      },
      {
        key: 'help',
        text: t('frame.help.title'),
        shortcut: '?',
        run: () => {
          app.helpOpen = true
        },
      },
    ]
  })
}
