import { createHash } from 'node:crypto'
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import * as v from 'valibot'
import type { SavedModel } from '../../core/network'
import type { MinedTriplet } from '../../core/training/ledger'
import type { LoopState } from '../../core/training/loopState'
import type { TrainJob } from './messages'

/** What was decided before the loop and is not decided anew when it is taken up again. */
export interface LoopDecisions {
  readonly learningRate: number
  /** Epoch that held-out classes found best; null where there was no such search. */
  readonly wantedEpoch: number | null
  /** MAP@R of that search by epoch, from 0. */
  readonly validation: readonly number[] | null
}

/** An interrupted training between two epochs. */
export interface Checkpoint {
  readonly decisions: LoopDecisions
  readonly loop: LoopState<SavedModel>
  readonly triplets: readonly MinedTriplet[]
}

const headerSchema = v.object({
  format: v.literal('semblance-checkpoint-1'),
  /** Of the images, labels, split and options that it goes with. */
  fingerprint: v.string(),
  epoch: v.number(),
  steps: v.number(),
})
export type CheckpointHeader = v.InferOutput<typeof headerSchema>

const fileName = 'checkpoint.bin'
const greatestHeader = 65_536

/** Tells whether a job is that of a checkpoint: same images in the same order, labels, options. */
export function jobFingerprint(
  job: Pick<TrainJob, 'images' | 'labels' | 'split' | 'options'>,
): string {
  const hash = createHash('sha256')
  hash.update(job.images.ids).update(job.labels).update(job.split)
  hash.update(JSON.stringify(job.options))
  for (const sha256 of job.images.sha256) hash.update(sha256)
  return hash.digest('hex')
}

/** Replaces the checkpoint of a run: uint32 length, a header in JSON, the state. */
export async function writeCheckpoint(
  folder: string,
  fingerprint: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const { epoch, run } = checkpoint.loop
  const header: CheckpointHeader = {
    format: 'semblance-checkpoint-1',
    fingerprint,
    epoch,
    steps: run.steps,
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const file = join(folder, fileName)
  await writeFile(`${file}.new`, Buffer.concat([length, text, serialize(checkpoint)]))
  await rename(`${file}.new`, file)
}

/** What a run's checkpoint is of; null where there is none that can be read. */
export async function readCheckpointHeader(folder: string): Promise<CheckpointHeader | null> {
  const file = await open(join(folder, fileName)).catch(() => null)
  if (file === null) return null
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(greatestHeader + 4),
      0,
      greatestHeader + 4,
      0,
    )
    return headerOf(buffer.subarray(0, bytesRead))?.header ?? null
  } finally {
    await file.close()
  }
}

/** The checkpoint of a run; null where there is none for this fingerprint. */
export async function readCheckpoint(
  folder: string,
  fingerprint: string,
): Promise<Checkpoint | null> {
  const bytes = await readFile(join(folder, fileName)).catch(() => null)
  const found = bytes === null ? null : headerOf(bytes)
  if (bytes === null || found === null || found.header.fingerprint !== fingerprint) return null
  // Written by this program into its own folder, under a header that was just checked.
  return deserialize(bytes.subarray(found.end)) as Checkpoint
}

export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true })
}

function headerOf(
  bytes: Buffer,
): { readonly header: CheckpointHeader; readonly end: number } | null {
  if (bytes.length < 4) return null
  const end = 4 + bytes.readUInt32LE(0)
  if (end > Math.min(bytes.length, greatestHeader)) return null
  try {
    const parsed = v.safeParse(headerSchema, JSON.parse(bytes.toString('utf8', 4, end)))
    return parsed.success ? { header: parsed.output, end } : null
  } catch {
    return null
  }
}
