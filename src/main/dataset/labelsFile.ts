import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import type { LeftOutFile } from '../../shared/model/dataset'

export const labelsFileName = 'labels.csv'
const maximumLabelLength = 255
/** Bad rows listed one by one; a file that is wrong throughout needs no more. */
const maximumProblems = 100

/** What labels.csv says of images, by relative path; null takes the label away. */
export interface LabelsFile {
  readonly labels: ReadonlyMap<string, string | null>
  readonly problems: readonly LeftOutFile[]
}

/**
 * Reads `labels.csv` (header `image,label`, further columns are passed over; RFC 4180, UTF-8 with
 * or without BOM, CRLF or LF) as a stream. Bad rows become problems and stop nothing. A folder
 * without the file gives no labels.
 */
export async function readLabelsFile(file: string): Promise<LabelsFile> {
  const labels = new Map<string, string | null>()
  const problems: LeftOutFile[] = []
  const problem = (detail: string) => {
    if (problems.length < maximumProblems) {
      problems.push({ path: labelsFileName, reason: 'corrupt', detail })
    }
  }
  const source = createReadStream(file)
  const parser = parse({
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
    info: true,
  })
  source.on('error', (error) => parser.destroy(error))
  let columns: { readonly image: number; readonly label: number } | null = null
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<{
      readonly record: readonly string[]
      readonly info: { readonly lines: number }
    }>) {
      if (columns === null) {
        const header = record.map((name) => name.trim().toLowerCase())
        columns = { image: header.indexOf('image'), label: header.indexOf('label') }
        if (columns.image >= 0 && columns.label >= 0) continue
        problem('The first line must be the header: image,label. The file was not used.')
        break
      }
      const image = record[columns.image]?.trim() ?? ''
      const label = record[columns.label]?.trim().normalize('NFC')
      if (image === '' || label === undefined) {
        problem(`Line ${info.lines}: expected an image and a label.`)
      } else if (label.length > maximumLabelLength) {
        problem(`Line ${info.lines}: the label is longer than ${maximumLabelLength} characters.`)
      } else {
        labels.set(plainPath(image), label === '' ? null : label)
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { labels, problems }
    problem(`It could not be read further: ${(error as Error).message}`)
  } finally {
    source.destroy()
  }
  return { labels, problems }
}

/** `.\\a\\b.png` and `./a/b.png` are `a/b.png`; a name that has backslashes itself is kept too. */
const plainPath = (path: string): string => path.replace(/^\.[\\/]/, '')

/** The label that labels.csv gives a file; undefined where it says nothing of it. */
export function labelInFile(
  labels: ReadonlyMap<string, string | null>,
  relativePath: string,
): string | null | undefined {
  const label = labels.get(relativePath)
  if (label !== undefined || labels.size === 0) return label
  return labels.get(relativePath.replaceAll('/', '\\'))
}
