import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import type { LeftOutFile } from '../../shared/model/dataset'
import type { Contradiction } from '../../shared/model/importReport'
import { maximumLabelLength } from '../../shared/model/labelName'
import { withoutGuard } from '../exporting/csv'
import { aborted, unlessAborted } from '../jobs/unlessAborted'
import type { LabelNames } from './labelNames'
import { readRegularFile } from '../files/regularFile'
import { decodeText } from './textEncoding'

export const labelsFileName = 'labels.csv'
/** Rows that are listed one by one; a file that is wrong throughout needs no more. */
export const maximumListed = 100
const maximumBytes = 512 * 2 ** 20

export interface LabelRow {
  readonly line: number
  /** As the row has it. */
  readonly image: string
  /** Null takes the label away. */
  readonly label: string | null
}

/** What labels.csv says of images. */
export interface LabelsFile {
  /** By composed (NFC) path; of several rows for one image the last. */
  readonly rows: ReadonlyMap<string, LabelRow>
  readonly rowTotal: number
  readonly problems: readonly LeftOutFile[]
  readonly contradictions: readonly Contradiction[]
  readonly contradictionTotal: number
  readonly encoding: string
  readonly isEncodingGuessed: boolean
}

/**
 * Reads `labels.csv` (header `image,label`, further columns are passed over; RFC 4180 with `,`,
 * `;` or tab, CRLF or LF; see `decodeText` for encodings). Bad rows become problems and stop
 * nothing. Null where the folder has none, or where the signal was aborted.
 */
export async function readLabelsFile(
  file: string,
  names: LabelNames,
  signal?: AbortSignal,
): Promise<LabelsFile | null> {
  const reader = new LabelsReader(names)
  const found = await unlessAborted(
    readRegularFile(file, maximumBytes).catch((error: unknown) => error as Error),
    signal,
  )
  if (found === aborted) return null
  if (found instanceof Error) {
    reader.problem(`It could not be read: ${found.message}`)
    return reader.result()
  }
  if (found.kind === 'absent') return null
  if (found.kind === 'special') {
    reader.problem('It is no ordinary file (a folder, a pipe or a device) and was not used.')
  } else if (found.kind === 'tooLarge') {
    const size = Math.round(found.bytes / 2 ** 20)
    reader.problem(`It has ${size} MiB; at most ${maximumBytes / 2 ** 20} MiB are read.`)
  } else await reader.read(found.bytes, signal)
  return reader.result()
}

class LabelsReader {
  private readonly rows = new Map<string, LabelRow>()
  private rowTotal = 0
  private readonly problems: LeftOutFile[] = []
  private readonly contradictions: Contradiction[] = []
  private contradictionTotal = 0
  private encoding = 'utf-8'
  private isEncodingGuessed = false

  constructor(private readonly names: LabelNames) {}

  problem(detail: string): void {
    if (this.problems.length < maximumListed) {
      this.problems.push({ path: labelsFileName, reason: 'corrupt', detail })
    }
  }

  async read(bytes: Buffer, signal: AbortSignal | undefined): Promise<void> {
    const { text, encoding, isGuessed } = decodeText(bytes)
    this.encoding = encoding
    this.isEncodingGuessed = isGuessed
    const parser = parse({
      delimiter: separatorOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 100_000,
      info: true,
    })
    let columns: { readonly image: number; readonly label: number } | null = null
    try {
      for await (const { record, info } of Readable.from(chunksOf(text)).pipe(
        parser,
      ) as AsyncIterable<{
        readonly record: readonly string[]
        readonly info: { readonly lines: number }
      }>) {
        if (signal?.aborted === true) return
        if (columns !== null) {
          this.take(info.lines, record[columns.image], record[columns.label])
          continue
        }
        // Excel writes this line, and reads it.
        if (info.lines === 1 && /^sep=/i.test(record[0] ?? '')) continue
        const header = record.map((name) => name.trim().toLowerCase())
        columns = { image: header.indexOf('image'), label: header.indexOf('label') }
        if (columns.image >= 0 && columns.label >= 0) continue
        this.problem('The first line must be the header: image,label. The file was not used.')
        break
      }
    } catch (error) {
      this.problem(`It could not be read further: ${(error as Error).message}`)
    }
  }

  private take(line: number, imageCell: string | undefined, labelCell: string | undefined): void {
    const image = withoutGuard(imageCell?.trim() ?? '')
    const text = withoutGuard(labelCell?.trim() ?? '')
    if (image === '' || labelCell === undefined) {
      this.problem(`Line ${line}: expected an image and a label.`)
      return
    }
    const label = text === '' ? null : this.names.take(text)
    if (text !== '' && label === null) {
      this.problem(
        `Line ${line}: the label is longer than ${maximumLabelLength} characters, or has none that can be seen.`,
      )
      return
    }
    this.rowTotal += 1
    const key = plainPath(image)
    const before = this.rows.get(key)
    if (before !== undefined && before.label !== label) {
      this.contradictionTotal += 1
      if (this.contradictions.length < maximumListed) {
        this.contradictions.push({
          image,
          used: { line, label },
          other: { line: before.line, label: before.label },
        })
      }
    }
    this.rows.set(key, { line, image, label })
  }

  result(): LabelsFile {
    const { rows, rowTotal, problems, contradictions, contradictionTotal } = this
    const { encoding, isEncodingGuessed } = this
    return {
      ...{ rows, rowTotal, problems, contradictions, contradictionTotal },
      ...{ encoding, isEncodingGuessed },
    }
  }
}

/** `.\\a\\b.png` and `./a/b.png` are `a/b.png`; a name that has backslashes itself is kept too. */
const plainPath = (path: string): string => path.replace(/^\.[\\/]/, '').normalize('NFC')

/** The row of labels.csv that names a file by its path; undefined where none does. */
export function rowOf(
  rows: ReadonlyMap<string, LabelRow>,
  relativePath: string,
): LabelRow | undefined {
  if (rows.size === 0) return undefined
  const path = relativePath.normalize('NFC')
  return rows.get(path) ?? rows.get(path.replaceAll('/', '\\'))
}

const separators = [',', ';', '\t'] as const

/** The one that parts `image` from `label` in the first lines. */
function separatorOf(text: string): string {
  const named = /^sep=([,;\t])\r?\n/i.exec(text)?.[1]
  if (named !== undefined) return named
  const header = /[^\r\n]+/.exec(text)?.[0] ?? ''
  const hasBoth = (separator: string) => {
    const names = header.split(separator).map((name) => name.trim().replaceAll('"', ''))
    return ['image', 'label'].every((wanted) => names.some((name) => name.toLowerCase() === wanted))
  }
  return separators.find(hasBoth) ?? ','
}

function* chunksOf(text: string): Generator<string> {
  const length = 1 << 16
  for (let start = 0; start < text.length;) {
    let end = start + length
    // Both halves of a character stay together.
    const last = text.charCodeAt(end - 1)
    if (last >= 0xd800 && last < 0xdc00) end += 1
    yield text.slice(start, end)
    start = end
  }
}
