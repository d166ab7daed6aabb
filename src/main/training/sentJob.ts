import { join } from 'node:path'
import type { PlacedNetwork } from '../../shared/model/ownNetwork'
import { addedPrefix, formerThumbnailFile, thumbnailFile } from '../workspace'
import type { JobImages } from '../features/pictures'
import type { Extension } from './extensions'
import type { EmbedJob, FindJob, ProbeJob, ReportJob, TrainJob, WorkerJob } from './messages'
import type { SweepJob } from './sweepMessages'

/** Images as a job names them: by what they hold, and where below the folder of the set. */
export interface SentImages {
  readonly ids: Uint32Array
  readonly sha256: readonly string[]
  readonly paths: readonly string[]
}

/** Folders of the machine that does a job. */
export interface JobFolders {
  readonly workers: string
  /** Holds `node_modules` and `resources`. */
  readonly project: string
  readonly cache: string
  /** Of the set; below it are the paths of the images. */
  readonly images: string
  /** Of pictures that were added to the set from elsewhere. */
  readonly added: string
  /** Gets what the job makes, and holds what it goes on from. */
  readonly results: string
  /** The saved model of an `embed`. */
  readonly model: string
}

type FolderOf<Job> = Extract<
  keyof Job,
  | 'workersFolder'
  | 'projectFolder'
  | 'cacheFolder'
  | 'runFolder'
  | 'embeddingsFolder'
  | 'modelFolder'
  | 'outputFolder'
>
type Sent<Job> = Omit<Job, FolderOf<Job> | 'images' | 'paths'> &
  (Job extends { readonly images: JobImages } ? { readonly images: SentImages } : unknown)

export type SentTrainJob = Sent<TrainJob>
export type SentSweepJob = Sent<SweepJob>
export type SentEmbedJob = Sent<EmbedJob>
export type SentReportJob = Sent<ReportJob>
export type SentProbeJob = Sent<ProbeJob>
export type SentFindJob = Sent<FindJob>
/** A job as plain data without a path of the machine that asks, so that any may do it. */
export type SentJob =
  SentTrainJob | SentSweepJob | SentEmbedJob | SentReportJob | SentProbeJob | SentFindJob

/** What a worker is started with: the job, and what the machine has for it. */
export interface WorkerStart {
  readonly job: SentJob
  readonly folders: Partial<JobFolders> & Pick<JobFolders, 'workers' | 'project'>
  readonly extensions: readonly Extension[]
  /** Networks of the person's own, with their files on that machine. */
  readonly networks: readonly PlacedNetwork[]
}

/**
 * The job with the paths that its files have on this machine.
 * @throws Error for a folder that the job needs and nobody named
 */
export function openJob({ job, folders }: WorkerStart): WorkerJob | SweepJob {
  const folder = (name: keyof JobFolders): string => {
    const path = folders[name]
    if (path === undefined) throw new Error(`The job "${job.kind}" needs a folder: ${name}`)
    return path
  }
  const common = () => ({
    cacheFolder: folder('cache'),
    workersFolder: folders.workers,
    projectFolder: folders.project,
  })
  switch (job.kind) {
    case 'train':
      return {
        ...{ ...job, ...common(), images: filesOf(job.images), paths: job.images.paths },
        runFolder: folder('results'),
      }
    case 'sweep':
      return {
        ...{ ...job, ...common(), images: filesOf(job.images) },
        embeddingsFolder: folder('results'),
      }
    case 'embed':
      return {
        ...{ ...job, ...common(), images: filesOf(job.images) },
        modelFolder: folder('model'),
        outputFolder: folder('results'),
      }
    case 'find':
      return { ...job, ...common(), images: filesOf(job.images) }
    case 'report':
      return { ...job, runFolder: folder('results') }
    case 'probe':
      return { ...job, workersFolder: folders.workers, projectFolder: folders.project }
  }

  function filesOf(images: SentImages): JobImages {
    const places = { images: folder('images'), added: folder('added') }
    return filesOfImages(folder('cache'), places, images)
  }
}

/** Images with the paths that they have on this machine. */
export function filesOfImages(
  cacheFolder: string,
  places: Pick<JobFolders, 'images' | 'added'>,
  { ids, sha256, paths }: SentImages,
): JobImages {
  const cache = { cacheFolder }
  return {
    ids,
    sha256,
    files: paths.map((path, row) => ({
      thumbnail: thumbnailFile(cache, sha256[row]!),
      original: path.startsWith(addedPrefix)
        ? join(places.added, path.slice(addedPrefix.length))
        : join(places.images, path),
      former: formerThumbnailFile(cache, sha256[row]!),
    })),
  }
}
