import type { ImportReport, SkipRule } from '../../shared/model/dataset'
import {
  type LabelNamesReport,
  type LabelsFileReport,
  type LooseMatch,
  type PictureNote,
  pictureNotes,
  type UnmatchedRow,
} from '../../shared/model/importReport'

const mostNamed = 5
const count = (value: number): string => value.toLocaleString('en-US')
/** For instance `1 row` and `40 rows`. */
const countOf = (value: number, what: string): string =>
  `${count(value)} ${what}${value === 1 ? '' : 's'}`
/** What names have in them must not break the line, nor turn its direction. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )

/** What a person must know of an import beyond its counts, a line each. */
export function importLines(report: ImportReport): readonly string[] {
  return [
    ...(report.labelsFile === undefined ? [] : labelsFileLines(report.labelsFile)),
    ...(report.labelNames === undefined ? [] : nameLines(report.labelNames)),
    ...copyLines(report),
    ...pictureLines(report),
    ...skippedLines(report),
  ]
}

/** A few, and how many more there are. */
function some<Item>(items: readonly Item[], total: number, textOf: (item: Item) => string): string {
  const shown = items.slice(0, mostNamed)
  const rest = total - shown.length
  return `${shown.map(textOf).join(', ')}${rest > 0 ? ` and ${count(rest)} more` : ''}`
}

const looseTexts: Readonly<Record<LooseMatch, string>> = {
  suffix: 'by the end of the path',
  percent: 'after percent-decoding',
  case: 'by other letter case',
  zeros: 'by leading zeros that were lost',
  extension: 'by another ending or none',
}

const unmatchedTexts: Readonly<Record<UnmatchedRow['reason'], string>> = {
  absent: 'no such image',
  ambiguous: 'several images fit',
  leftOut: 'that file was left out',
}

function labelsFileLines(file: LabelsFileReport): string[] {
  const lines = [`labels.csv: ${count(file.used)} of ${countOf(file.rows, 'row')} label an image.`]
  if (file.isEncodingGuessed) {
    lines.push(
      `labels.csv is not UTF-8; it was read as ${file.encoding}. Where names look wrong, save it as UTF-8.`,
    )
  }
  for (const { kind, count: found, example } of file.loose) {
    lines.push(
      `labels.csv: ${countOf(found, 'row')} matched ${looseTexts[kind]}, for instance ${quoted(example.row)} is ${quoted(example.image)}.`,
    )
  }
  if (file.unmatchedTotal > 0) {
    lines.push(
      `labels.csv: ${countOf(file.unmatchedTotal, 'row')} without an image: ${some(file.unmatched, file.unmatchedTotal, ({ line, image, reason }) => `line ${line} ${quoted(image)} (${unmatchedTexts[reason]})`)}.`,
    )
  }
  if (file.contradictionTotal > 0) {
    lines.push(
      `labels.csv: ${countOf(file.contradictionTotal, 'contradiction')} between rows: ${some(file.contradictions, file.contradictionTotal, ({ image, used, other }) => `${quoted(image)} is ${quoted(used.label ?? '')} (line ${used.line}, used) and ${quoted(other.label ?? '')} (line ${other.line})`)}.`,
    )
  }
  return lines
}

function nameLines({ alike, cleaned, refused }: LabelNamesReport): string[] {
  const lines: string[] = []
  if (alike.length > 0) {
    lines.push(
      `Labels that look alike and may be one: ${some(alike, alike.length, (names) => names.map(quoted).join(' and '))}. Merge them in the window, or give them one name.`,
    )
  }
  if (cleaned.length > 0) {
    lines.push(
      `Labels without control characters: ${some(cleaned, cleaned.length, ({ from, to }) => `${quoted(from)} is ${quoted(to)}`)}.`,
    )
  }
  if (refused.length > 0) {
    lines.push(
      `No labels, because they are longer than 255 characters or cannot be seen: ${some(refused, refused.length, (name) => quoted(name.slice(0, 40)))}.`,
    )
  }
  return lines
}

const copyLines = ({ duplicates, nearDuplicates = 0 }: ImportReport): string[] => [
  ...(duplicates > 0 ? [`${countOf(duplicates, 'image')} with the same contents as another.`] : []),
  ...(nearDuplicates > 0
    ? [
        `${countOf(nearDuplicates, 'image')} scaled or encoded again from another; such images stay on one side of a split.`,
      ]
    : []),
]

const pictureTexts: Readonly<Record<PictureNote, string>> = {
  blank: 'of one colour',
  frame: 'whose first frame shows nothing; the first that does was taken',
  page: 'whose first page is tiny; the largest was taken',
  range: 'with values beyond 16 bits, signs or fractions; scaled by their range',
  ground: 'invisible on white; laid on black',
}

const pictureLines = ({ pictures = {} }: ImportReport): string[] =>
  pictureNotes.flatMap((note) => {
    const { count: found = 0, paths = [] } = pictures[note] ?? {}
    return found === 0
      ? []
      : [`${countOf(found, 'picture')} ${pictureTexts[note]}: ${some(paths, found, quoted)}.`]
  })

const ruleTexts: Readonly<Record<SkipRule, string>> = {
  hidden: 'hidden (names that begin with a dot)',
  special: 'special (pipes, sockets, devices)',
  result: "of this program's results",
  notPicture: 'of other kinds than pictures',
}

function skippedLines({ skipped = {}, skippedFirst = {}, leftOut }: ImportReport): string[] {
  const rules = Object.keys(ruleTexts) as SkipRule[]
  const parts = rules.flatMap((rule) => {
    const total = skipped[rule] ?? 0
    if (total === 0) return []
    return [`${count(total)} ${ruleTexts[rule]}: ${some(skippedFirst[rule] ?? [], total, quoted)}`]
  })
  const lines = parts.length === 0 ? [] : [`Passed over: ${parts.join('; ')}.`]
  const links = leftOut.filter(({ reason }) => reason === 'outsideFolder')
  if (links.length > 0) {
    lines.push(
      `${countOf(links.length, 'link')} out of the folder left out: ${some(links, links.length, ({ path }) => quoted(path))}. --follow-links goes where they lead.`,
    )
  }
  return lines
}
