import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { AppError, errnoOf } from '../../shared/errors'
import type { SweepBaselines } from '../../shared/model/sweep'
import { finiteJson } from '../files/finite'
import { FileRefused, readBounded } from '../files/regularFile'
import { countOfThings, duration, measured, measuredBaselines } from './measuredSchema'
import { syncFolder } from '../files/atomicWrite'

const finishedLine = v.object({
  kind: v.literal('finished'),
  key: v.string(),
  metrics: measured,
  bestEpoch: countOfThings,
  steps: countOfThings,
  seconds: duration,
})
const failedLine = v.object({
  kind: v.literal('failed'),
  key: v.string(),
  error: v.object({ code: v.string(), message: v.string() }),
})
const baselinesLine = v.object({
  kind: v.literal('baselines'),
  key: v.string(),
  baselines: measuredBaselines,
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
 * begins. A power cut costs at most the line that was being written: a line that is not JSON is as
 * if it were not there. One that is, and claims what no run can have measured, is refused.
 */
export class SweepJournal {
  private constructor(
    private readonly handle: FileHandle,
    readonly contents: JournalContents,
    private needsLineBreak: boolean,
  ) {}

  /** @throws AppError journalUnreadable; the system's error where it cannot be written to */
  static async open(file: string): Promise<SweepJournal> {
    const { contents, isTorn } = await readJournal(file)
    const handle = await open(file, 'a')
    await syncFolder(dirname(file))
    return new SweepJournal(handle, contents, isTorn)
  }

  async append(entry: Line): Promise<void> {
    const text = finiteJson('The journal of the sweep', entry)
    const start = this.needsLineBreak ? '\n' : ''
    this.needsLineBreak = true
    await this.handle.appendFile(`${start}${text}\n`)
    this.needsLineBreak = false
    await this.handle.datasync()
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

/** Bytes: a hundred thousand runs take a fifth of it. */
const greatestJournal = 2 ** 28

/**
 * What a journal holds; nothing where there is none. The last line of a key counts.
 * @throws AppError journalUnreadable with what is wrong with it
 */
export async function readJournal(
  file: string,
): Promise<{ readonly contents: JournalContents; readonly isTorn: boolean }> {
  const bytes = await readBounded(file, greatestJournal).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return Buffer.alloc(0)
    throw error instanceof FileRefused ? unusable(file, error.message, 'that file', error) : error
  })
  const text = bytes.toString('utf8')
  const rows = new Map<string, RowEnd>()
  const baselines = new Map<string, SweepBaselines>()
  for (const [index, written] of text.split('\n').entries()) {
    const content = parseOrNull(written)
    if (content === null) continue
    const parsed = v.safeParse(line, content)
    if (parsed.success) {
      const entry = parsed.output
      if (entry.kind === 'baselines') baselines.set(entry.key, entry.baselines)
      else rows.set(entry.key, entry)
      continue
    }
    const [issue] = parsed.issues
    // What a number that was none becomes in JSON: as if the line were not there.
    if (issue.input === null) continue
    const what = v.getDotPath(issue) ?? 'form'
    const value = typeof issue.input === 'number' ? ` (${issue.input})` : ''
    const place = `line ${index + 1}`
    throw unusable(file, `${place} has an impossible ${what}${value}`, place)
  }
  return { contents: { rows, baselines }, isTorn: text !== '' && !text.endsWith('\n') }
}

function unusable(file: string, reason: string, culprit: string, cause?: unknown): AppError {
  return new AppError(
    'journalUnreadable',
    `The journal of the sweep, ${file}, cannot be used: ${reason}. Remove ${culprit} or choose another folder for the results; what it names is trained again.`,
    { file, reason },
    cause,
  )
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
