import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ImportReport } from '../../../shared/model/dataset'
import { pictureNotes } from '../../../shared/model/importReport'
import { useFormat } from './useFormat'
import { visibleName } from './visibleName'

const mostNamed = 5

/** What a person should know of an import beyond its counts, a sentence each. */
export function useImportNotes(report: () => ImportReport | null): ComputedRef<readonly string[]> {
  const { t } = useI18n()
  const format = useFormat()

  /** The first of a list, and how many more there are. */
  function listOf(texts: readonly string[], total: number): string {
    const names = texts.slice(0, mostNamed).join(t('library.report.separator'))
    const n = total - Math.min(mostNamed, texts.length)
    return n > 0 ? t('importNotes.more', { names, n: format.value.count(n) }) : names
  }
  const sentence = (key: string, total: number, texts: readonly string[]): string[] =>
    total === 0
      ? []
      : [
          t(
            `importNotes.${key}`,
            { n: format.value.count(total), names: listOf(texts, total) },
            total,
          ),
        ]
  const quoted = (name: string): string => `“${visibleName(name)}”`

  function ofLabelsFile({ labelsFile }: ImportReport): string[] {
    if (labelsFile === undefined) return []
    const { used, rows, encoding, isEncodingGuessed, loose } = labelsFile
    const { count } = format.value
    return [
      t('importNotes.labelsFile', { used: count(used), rows: count(rows) }),
      ...(isEncodingGuessed ? [t('importNotes.encoding', { encoding })] : []),
      ...loose.map(({ kind, count: found, example }) =>
        t(`importNotes.loose.${kind}`, { n: count(found), ...example }, found),
      ),
      ...sentence(
        'unmatched',
        labelsFile.unmatchedTotal,
        labelsFile.unmatched.map(({ line, image, reason }) =>
          t('importNotes.line', { line, image, reason: t(`importNotes.reasons.${reason}`) }),
        ),
      ),
      ...sentence(
        'contradictions',
        labelsFile.contradictionTotal,
        labelsFile.contradictions.map(({ image, used: taken, other }) =>
          t('importNotes.contradiction', {
            image,
            used: taken.label ?? t('importNotes.noLabel'),
            usedLine: taken.line,
            other: other.label ?? t('importNotes.noLabel'),
            otherLine: other.line,
          }),
        ),
      ),
    ]
  }

  function ofNames({ labelNames }: ImportReport): string[] {
    if (labelNames === undefined) return []
    const { alike, cleaned, refused } = labelNames
    const together = alike.map((names) => names.map(quoted).join(t('importNotes.and')))
    const changes = cleaned.map(({ from, to }) =>
      t('importNotes.becomes', { from: visibleName(from), to: visibleName(to) }),
    )
    const short = refused.map((name) => quoted(name.length > 40 ? `${name.slice(0, 40)}…` : name))
    return [
      ...sentence('alike', alike.length, together),
      ...sentence('cleaned', cleaned.length, changes),
      ...sentence('refused', refused.length, short),
    ]
  }

  const ofCopies = ({ nearDuplicates: n = 0 }: ImportReport): string[] =>
    n === 0 ? [] : [t('importNotes.copies', { n: format.value.count(n) }, n)]

  const ofPictures = ({ pictures = {} }: ImportReport): string[] =>
    pictureNotes.flatMap((note) => {
      const { count = 0, paths = [] } = pictures[note] ?? {}
      return sentence(`pictures.${note}`, count, paths)
    })

  function ofLinks({ leftOut }: ImportReport): string[] {
    const links = leftOut.filter(({ reason }) => reason === 'outsideFolder')
    return sentence(
      'links',
      links.length,
      links.map(({ path }) => path),
    )
  }

  return computed(() => {
    const value = report()
    return value === null
      ? []
      : [
          ...ofLabelsFile(value),
          ...ofNames(value),
          ...ofCopies(value),
          ...ofPictures(value),
          ...ofLinks(value),
        ]
  })
}
