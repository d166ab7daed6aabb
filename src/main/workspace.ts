import { join } from 'node:path'

/** Where the program keeps its own files; the person's folders are never written to. */
export interface Workspace {
  readonly databaseFile: string
  /** `thumbnails/<first two of sha256>/<sha256>.<version>.webp`, features: all can be made again. */
  readonly cacheFolder: string
  /** One folder a run, named by the run's id. */
  readonly runsFolder: string
  /** One folder a sweep of the window, named by its id. */
  readonly sweepsFolder: string
  /** Copies of the person's own networks, one folder each, named by its id. */
  readonly networksFolder: string
  /** Copies of pictures that came into a set from elsewhere, one folder a dataset. */
  readonly addedFolder: string
}

/** The layout below the user-data folder. Nothing is created here. */
export function workspaceIn(userDataFolder: string): Workspace {
  return {
    databaseFile: join(userDataFolder, 'semblance.sqlite'),
    cacheFolder: join(userDataFolder, 'cache'),
    runsFolder: join(userDataFolder, 'runs'),
    sweepsFolder: join(userDataFolder, 'sweeps'),
    networksFolder: join(userDataFolder, 'networks'),
    addedFolder: join(userDataFolder, 'added'),
  }
}

/**
 * Counts up wherever pictures are read otherwise than before: thumbnails and features of an
 * earlier way are not taken for those of today.
 */
export const decodingVersion = 2

/** Below the folder of thumbnails. */
export const thumbnailName = (sha256: string): string =>
  join(sha256.slice(0, 2), `${sha256}.${decodingVersion}.webp`)

/** Path of the thumbnail of an image with these contents, whether or not it exists. */
export const thumbnailFile = (workspace: Pick<Workspace, 'cacheFolder'>, sha256: string): string =>
  join(workspace.cacheFolder, 'thumbnails', thumbnailName(sha256))

/** What an earlier version may have left: better than nothing where the picture itself is gone. */
export const formerThumbnailFile = (
  workspace: Pick<Workspace, 'cacheFolder'>,
  sha256: string,
): string => join(workspace.cacheFolder, 'thumbnails', sha256.slice(0, 2), `${sha256}.webp`)

export const runFolder = (workspace: Pick<Workspace, 'runsFolder'>, runId: number): string =>
  join(workspace.runsFolder, String(runId))

/**
 * Begins the paths of added pictures, `.added/<dataset>/<sha256>/<name>`; no import gives one such
 * a path, as it passes over hidden names.
 */
export const addedPrefix = '.added/'

interface PlacedImage {
  readonly folder: string
  readonly relativePath: string
}

/** Folder and path below it of an image of a set: in the person's folder, or added. */
export const placeOfImage = (
  { addedFolder }: Pick<Workspace, 'addedFolder'>,
  { folder, relativePath }: PlacedImage,
): PlacedImage =>
  relativePath.startsWith(addedPrefix)
    ? { folder: addedFolder, relativePath: relativePath.slice(addedPrefix.length) }
    : { folder, relativePath }
