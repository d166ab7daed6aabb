import { resolve } from 'node:path'

/**
 * The folder that the program was started with, absolute, or null. Unpackaged, the first plain
 * word is the program's own folder. Switches of Chromium may stand anywhere.
 */
export function folderArgument(
  argv: readonly string[],
  isPackaged: boolean,
  workingFolder: string,
): string | null {
  const words = argv.slice(1).filter((word) => !word.startsWith('-'))
  const folder = words[isPackaged ? 0 : 1]
  return folder === undefined ? null : resolve(workingFolder, folder)
}
