import { statfs } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { TrainingPlan } from '../../shared/model/training'

/** Bytes that the results of a training and its unfinished state take at most, roughly. */
function neededBytes({ imageCount, options }: TrainingPlan): number {
  // A number is four bytes in the state and twelve characters in the table, a model a few megabytes.
  return imageCount * (options.embeddingSize * 16 + 2000) + 64e6
}

/** @throws AppError diskFull where the results will not fit */
export async function checkRoom(out: string, plan: TrainingPlan): Promise<void> {
  const disk = await statfs(out).catch(() => null)
  if (disk === null) return
  const free = disk.bavail * disk.bsize
  const needed = neededBytes(plan)
  if (free >= needed) return
  throw new AppError(
    'diskFull',
    `The results need about ${megabytes(needed)} in ${out}, but only ${megabytes(free)} are free. Free some space or choose another folder with --out.`,
    { out },
  )
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`
