import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { userCacheFolder } from '../../src/main/cli/workspace'
import { drawFashion } from './sets/fashion'

/** Pictures, features and results of the benchmarks of scale. */
export const scaleCache = join(userCacheFolder(), 'bench-scale')

/** The first images of each of ten labels, as PNG. */
export async function drawPictures(count: number, source: string): Promise<string> {
  const folder = join(scaleCache, `pictures-${count}`)
  if (existsSync(join(folder, '.complete'))) return folder
  await drawFashion(folder, source, count)
  await writeFile(join(folder, '.complete'), '')
  return folder
}
