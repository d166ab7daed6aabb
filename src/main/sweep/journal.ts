import { type FileHandle, open, readFile } from 'node:fs/promises'
import * as v from 'valibot'
import type { SweepBaselines } from '../../shared/model/sweep'

const share = v.pipe(v.number(), v.finite())
const measured = v.object({
  precisionAt1: share,
  rPrecision: share,
  mapAtR: share,
  queries: share,
  queriesInAll: v.exactOptional(share),
  mapAtRLow: share,
  mapAtRHigh: share,
})
const finishedLine = v.object({
  kind: v.literal('finished'),
  key: v.string(),
  metrics: measured,
  bestEpoch: share,
  steps: share,
  seconds: share,
})
const failedLine = v.object({
  kind: v.literal('failed'),
  key: v.string(),
  error: v.object({ code: v.string(), message: v.string() }),
})
const baselinesLine = v.object({
  kind: v.literal('baselines'),
  key: v.string(),
  baselines: v.object({
    frozen: v.nullable(measured),
    closedForm: v.nullable(measured),
    untrained: v.nullable(measured),
    form: v.exactOptional(v.picklist(['whitening', 'analysis', 'lda', 'pca'])),
  }),
})
const line = v.variant('kind', [finishedLine, failedLine, baselinesLine])

export type RowEnd = v.InferOutput<typeof finishedLine> | v.InferOutput<typeof failedLine>
type Line = v.InferOutput<typeof line>

/** What earlier starts in the same folder finished, by identity. */
export interface JournalContents {
  readonly rows: ReadonlyMap<string, RowEnd>
  readonly baselines: ReadonlyMap<string, SweepBaselines>
}

/**
 * The append-only memory of a sweep: one line of JSON a finished thing, on the disk before the next
 * begins. A power cut costs at most the line that was being written, and a line that does not
 * parse is as if it were not there.
 */
export class SweepJournal {
  private constructor(
    private readonly handle: FileHandle,
    readonly contents: JournalContents,
    private needsLineBreak: boolean,
  ) {}

  static async open(file: string): Promise<SweepJournal> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    const isTorn = text !== '' && !text.endsWith('\n')
    return new SweepJournal(await open(file, 'a'), readJournal(text), isTorn)
  }

  async append(entry: Line): Promise<void> {
    const start = this.needsLineBreak ? '\n' : ''
    this.needsLineBreak = true
    await this.handle.appendFile(`${start}${JSON.stringify(entry)}\n`)
    this.needsLineBreak = false
    await this.handle.datasync()
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

/** The last line of a key counts. */
export function readJournal(text: string): JournalContents {
  const rows = new Map<string, RowEnd>()
  const baselines = new Map<string, SweepBaselines>()
  for (const written of text.split('\n')) {
    const parsed = v.safeParse(line, parseOrNull(written))
    if (!parsed.success) continue
    const entry = parsed.output
    if (entry.kind === 'baselines') baselines.set(entry.key, entry.baselines)
    else rows.set(entry.key, entry)
  }
  return { rows, baselines }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
