import { readdirSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { setsCache, type SetBuilder } from './imageSet'
import { debianPackage } from './packages'
import { wholeFolder } from './whole'

const source = join('usr', 'share', 'tuxpaint', 'stamps')

/**
 * Copies the PNG files into a folder a label, without symbols and cartoons.
 * @param labelOf of the folders above a file; null: left out
 */
async function sortStamps(
  folder: string,
  labelOf: (parts: readonly string[]) => string | null,
  say: (line: string) => void,
): Promise<string> {
  const root = join(await debianPackage('tuxpaint-stamps-default', source, say), source)
  return wholeFolder(join(setsCache, folder), async (temporary) => {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      if (!entry.isFile() || !entry.name.endsWith('.png')) continue
      const parts = relative(root, entry.parentPath).split(sep)
      const label = labelOf(parts)
      if (label === null || parts[0] === 'symbols' || parts.includes('cartoon')) continue
      await mkdir(join(temporary, label), { recursive: true })
      // Files of different folders may have one name.
      const file = [...parts, entry.name].join(' ')
      await copyFile(join(entry.parentPath, entry.name), join(temporary, label, file))
    }
  })
}

export const stamps: SetBuilder = {
  name: 'stamps',
  title: 'Tux Paint stamps',
  origin:
    "cut-out photographs of things, 100 to 450 px, some drawings among them: the PNG files of Debian's `tuxpaint-stamps-default` (GPL-2), one label a folder (birds, flowers, hats), without symbols and cartoons.",
  build: async (say) => ({ folder: await sortStamps('stamps', (parts) => parts.join(' '), say) }),
}

/** Fewer and larger labels than by folder. */
export const stampKinds: SetBuilder = {
  name: 'kinds',
  title: 'stamps by kind',
  origin: 'the same, one label the two outermost folders (animals birds, food fruit).',
  build: async (say) => ({
    folder: await sortStamps('stamp-kinds', (parts) => parts.slice(0, 2).join(' '), say),
  }),
}

/** So few labels that the program keeps images unseen in place of labels. */
const categories = ['animals', 'clothes', 'food', 'household', 'plants', 'seasonal', 'vehicles']

export const stampCategories: SetBuilder = {
  name: 'categories',
  title: 'stamps by category',
  origin: `the same in ${categories.length} of their outermost folders (${categories.join(', ')}).`,
  build: async (say) => ({
    folder: await sortStamps(
      'stamp-categories',
      ([category = '']) => (categories.includes(category) ? category : null),
      say,
    ),
  }),
}
