import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { makeTemporaryFolder } from '../leftovers'
import type { Workspace } from '../workspace'

export interface HeadlessWorkspace {
  readonly workspace: Workspace
  remove(): Promise<void>
}

/** The user's cache folder as the system has it. */
export function userCacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  const given = environment['XDG_CACHE_HOME']
  if (given !== undefined && given !== '') return join(given, 'semblance')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'semblance')
  if (platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'semblance')
  }
  return join(homedir(), '.cache', 'semblance')
}

/**
 * A database and run folder of this process alone, removed at its end; thumbnails and features
 * stay in the user's cache, so that a second run on the same images is quick.
 * @param kept a folder that they lie in instead, and stay in
 */
export async function createHeadlessWorkspace(kept?: string): Promise<HeadlessWorkspace> {
  const folder = kept ?? makeTemporaryFolder('run')
  return {
    workspace: {
      databaseFile: join(folder, 'semblance.sqlite'),
      cacheFolder: join(userCacheFolder(), 'headless'),
      runsFolder: join(folder, 'runs'),
      sweepsFolder: join(folder, 'sweeps'),
      networksFolder: join(folder, 'networks'),
      addedFolder: join(folder, 'added'),
    },
    remove: async () => {
      if (kept === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
