import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { svgOf } from '../../../scripts/iconSvg.mjs'
import { setsCache, type SetBuilder } from './imageSet'
import { npmPackages } from './packages'
import { wholeFolder } from './whole'

/** Families whose icons of one name show the same thing, at the versions that were drawn. */
const families = {
  bi: '1.2.7',
  carbon: '1.2.29',
  heroicons: '1.2.3',
  iconoir: '1.2.11',
  lucide: '1.2.137',
  mdi: '1.2.3',
  ph: '1.2.2',
  tabler: '1.2.41',
}
/** A name that fewer families have is no label. */
const leastDrawings = 5
const sidePx = 128

type IconSet = Parameters<typeof svgOf>[0]

export const icons: SetBuilder = {
  name: 'icons',
  title: 'interface icons',
  origin: `line drawings in black: the names that at least ${leastDrawings} of the npm packages ${Object.keys(families).join(', ')} of @iconify-json have (MIT, Apache-2.0, ISC), one label a name, at ${sidePx} px on white.`,
  async build(say) {
    const wanted = Object.entries(families).map(([name, at]) => `@iconify-json/${name}@${at}`)
    const packages = await npmPackages('icons', wanted, say)
    const folder = await wholeFolder(join(setsCache, 'icons'), async (temporary) => {
      const sets = Object.keys(families).map((family) => {
        const file = join(packages, '@iconify-json', family, 'icons.json')
        return { family, set: JSON.parse(readFileSync(file, 'utf8')) as IconSet }
      })
      const names = [...new Set(sets.flatMap(({ set }) => Object.keys(set.icons)))].sort()
      for (const name of names) {
        const having = sets.filter(({ set }) => set.icons[name] !== undefined)
        if (having.length < leastDrawings) continue
        await mkdir(join(temporary, name))
        for (const { family, set } of having) {
          await sharp(Buffer.from(svgOf(set, name)), { density: 600 })
            .resize(sidePx, sidePx, { fit: 'contain', background: '#ffffff' })
            .flatten({ background: '#ffffff' })
            .png()
            .toFile(join(temporary, name, `${family}.png`))
        }
      }
    })
    return { folder }
  },
}
