import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import * as v from 'valibot'
import { outsideComponents } from '../../core/objective/outsideComponents'
import type { SavedModel } from '../../core/network'
import type { Checkpoint } from '../../core/recipes/decisions'
import type { LoopRunState, TrainingPoint } from '../../core/loop/loopState'
import { readBounded } from '../files/regularFile'
import { atomicWrite } from '../files/atomicWrite'
import { requireFiniteWithin } from '../files/finite'
import type { TrainJob } from '../training/messages'
import { findingsFile } from './startFindings'

const header = v.object({
  /** The first has no checksum; before the third, points to go back to had no memory of their own. */
  format: v.picklist([
    'semblance-checkpoint-1',
    'semblance-checkpoint-2',
    'semblance-checkpoint-3',
  ]),
  /** Of the images, labels, split and options that it goes with. */
  fingerprint: v.string(),
  epoch: v.number(),
  steps: v.number(),
  /** SHA-256 of all that follows the header. */
  checksum: v.exactOptional(v.string()),
})
type CheckpointHeader = v.InferOutput<typeof header>

/** Newest first. */
const fileNames = ['checkpoint.bin', 'checkpoint.previous.bin'] as const
const greatestHeader = 65_536
/** Bytes; the largest head with its optimizer's state and a full ledger takes a tenth. */
const greatestFile = 2 ** 31

/** Tells whether a job is that of a checkpoint: same images in the same order, labels, options. */
export function jobFingerprint(
  job: Pick<TrainJob, 'labels' | 'split' | 'options'> & {
    readonly images: Pick<TrainJob['images'], 'ids' | 'sha256'>
  },
): string {
  const hash = createHash('sha256')
  hash.update(job.images.ids).update(job.labels).update(job.split)
  // Network and layers that it led to are named beside it, and runs of before had no such word.
  const { quality: _, ...options } = job.options
  hash.update(JSON.stringify(options))
  for (const outside of outsideComponents(job.options)) hash.update(JSON.stringify(outside))
  for (const sha256 of job.images.sha256) hash.update(sha256)
  return hash.digest('hex')
}

const checksumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Writes a checkpoint (uint32 length, a header in JSON, the state) beside the last one, which is
 * kept; on the disk before either is renamed, so that a crash at any moment leaves one whole.
 */
export async function writeCheckpoint(
  folder: string,
  fingerprint: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const { epoch, run } = checkpoint.loop
  requireFiniteWithin('The weights', checkpoint)
  const state = serialize(checkpoint)
  const described: CheckpointHeader = {
    format: 'semblance-checkpoint-3',
    fingerprint,
    epoch,
    steps: run.steps,
    checksum: checksumOf(state),
  }
  const text = Buffer.from(JSON.stringify(described))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const [newest, previous] = fileNames.map((name) => join(folder, name)) as [string, string]
  await atomicWrite(newest, Buffer.concat([length, text, state]), { previous })
}

/** What a run can go on from. */
export interface FoundCheckpoint {
  /** Name of the file in the run's folder; null: there is none that can be used. */
  readonly name: string | null
  readonly header: CheckpointHeader | null
  /** Files that are there but damaged; an older one, or the start, stands in for them. */
  readonly damaged: readonly string[]
}

/**
 * The newest checkpoint of a run's folder that is whole.
 * @param lastEpoch the last one whose record is stored. One that is ahead of the records, as a
 *   program that dies between the two leaves it, is passed over: the epochs come again.
 */
export async function findCheckpoint(
  folder: string,
  lastEpoch = Infinity,
): Promise<FoundCheckpoint> {
  const damaged: string[] = []
  for (const name of fileNames) {
    const bytes = await readBounded(join(folder, name), greatestFile).catch(() => null)
    if (bytes === null) continue
    const found = headerOf(bytes)
    if (found === null || !isWhole(bytes, found)) damaged.push(name)
    else if (found.header.epoch <= lastEpoch) return { name, header: found.header, damaged }
  }
  return { name: null, header: null, damaged }
}

/** @param name as {@link findCheckpoint} gave it; null where it is not of this fingerprint */
export async function readCheckpoint(
  folder: string,
  name: string,
  fingerprint: string,
): Promise<Checkpoint | null> {
  const bytes = await readBounded(join(folder, name), greatestFile)
  const found = headerOf(bytes)
  if (found === null || found.header.fingerprint !== fingerprint) return null
  // Written by this program into its own folder; header and checksum were checked.
  const checkpoint = deserialize(bytes.subarray(found.end)) as Checkpoint
  return found.header.format === 'semblance-checkpoint-3' ? checkpoint : withWholePoints(checkpoint)
}

/** What earlier versions kept of a run alone, kept with each of its points. */
function withWholePoints(checkpoint: Checkpoint): Checkpoint {
  const { loop } = checkpoint
  const { memory, batches, chance, augmentation, ...run } = loop.run as LoopRunState<SavedModel> &
    Pick<TrainingPoint<SavedModel>, 'memory' | 'batches' | 'chance' | 'augmentation'>
  const whole = (point: TrainingPoint<SavedModel>): TrainingPoint<SavedModel> => ({
    ...point,
    memory,
    batches,
    chance,
    augmentation,
  })
  return {
    ...checkpoint,
    loop: { ...loop, run: { ...run, point: whole(run.point) }, lastGood: whole(loop.lastGood) },
  }
}

export async function removeCheckpoint(folder: string): Promise<void> {
  for (const name of [...fileNames, findingsFile]) await rm(join(folder, name), { force: true })
}

interface FoundHeader {
  readonly header: CheckpointHeader
  readonly end: number
}

function isWhole(bytes: Buffer, { header: described, end }: FoundHeader): boolean {
  const state = bytes.subarray(end)
  if (described.checksum !== undefined) return checksumOf(state) === described.checksum
  try {
    deserialize(state)
    return true
  } catch {
    return false
  }
}

function headerOf(bytes: Buffer): FoundHeader | null {
  if (bytes.length < 4) return null
  const end = 4 + bytes.readUInt32LE(0)
  if (end > Math.min(bytes.length, greatestHeader)) return null
  try {
    const parsed = v.safeParse(header, JSON.parse(bytes.toString('utf8', 4, end)))
    return parsed.success ? { header: parsed.output, end } : null
  } catch {
    return null
  }
}
