import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { setsCache, type SetBuilder } from './imageSet'
import { debianPackage } from './packages'
import { wholeFolder } from './whole'

/** Debian packages of wallpapers with the photographs among them, by path. */
const packages: readonly {
  readonly name: string
  readonly folder: string
  readonly photographs: readonly string[]
}[] = [
  {
    name: 'lomiri-wallpapers-16.04',
    folder: 'usr/share/backgrounds',
    photographs: [
      'Bridge_by_Sander_Klootwijk.jpg',
      'Dragonfly_by_Bolly.jpg',
      'Picture_0B_by_freespace.jpg',
      'Picture_1A_by_freespace.jpg',
      'Wine_by_Jakkub_Mede.jpg',
      'aitzgorri_by_Aitzol_Berasategi.jpg',
      'free_by_Peter_Nerlich.jpg',
      'friends_by_Aitzol_Berasategi.jpg',
      'greentock_by_Peter_Nerlich.jpg',
      'life_by_Aitzol_Berasategi.jpg',
      'picosdeeuropa_by_Aitzol_Berasategi.jpg',
      'seeding_by_Clements_Engelhardt.jpg',
      'sunset_by_Aitzol_Berasategi.jpg',
    ],
  },
  {
    name: 'lomiri-wallpapers-20.04',
    folder: 'usr/share/backgrounds',
    photographs: ['Kleiber_by_Lukas_Baubkus.jpg'],
  },
  {
    name: 'mate-backgrounds',
    folder: 'usr/share/backgrounds/mate/nature',
    photographs: [
      ...['Aqua', 'Blinds', 'Dune', 'FreshFlower', 'Garden', 'GreenMeadow'],
      ...['LadyBird', 'RainDrops', 'Storm', 'TwoWings', 'Wood', 'YellowFlower'],
    ].map((name) => `${name}.jpg`),
  },
  {
    name: 'plasma-workspace-wallpapers',
    folder: 'usr/share/wallpapers',
    photographs: [
      ...['BytheWater', 'ColdRipple', 'ColorfulCups', 'DarkestHour', 'EveningGlow', 'FallenLeaf'],
      ...['Grey', 'Kite', 'OneStandsOut', 'Path', 'summer_1am'],
    ].map((name) => `${name}/contents/images/2560x1600.jpg`),
  },
]
const across = 4
const down = 3
/** Width of a piece, at most. */
const piecePx = 480

export const photographs: SetBuilder = {
  name: 'photographs',
  title: 'pieces of photographs',
  origin: `colour photographs of landscapes, plants, animals and things, ${across} x ${down} pieces of each that do not overlap, 280 to ${piecePx} px; one label a photograph. From Debian's ${packages.map(({ name }) => `\`${name}\``).join(', ')} (CC-BY, CC-BY-SA, CC0, GPL-2+).`,
  async build(say) {
    const folder = await wholeFolder(join(setsCache, 'photographs'), async (temporary) => {
      for (const { name, folder: own, photographs: paths } of packages) {
        const root = await debianPackage(name, join(own, paths[0]!), say)
        for (const path of paths) {
          const label = join(temporary, path.split(/[/.]/)[0]!)
          await mkdir(label)
          await cutPieces(join(root, own, path), label)
        }
      }
    })
    return { folder }
  },
}

async function cutPieces(file: string, folder: string): Promise<void> {
  const { data, info } = await sharp(file)
    .rotate()
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { channels } = info
  const [width, height] = [Math.floor(info.width / across), Math.floor(info.height / down)]
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      await sharp(data, { raw: { width: info.width, height: info.height, channels } })
        .extract({ left: column * width, top: row * height, width, height })
        .resize(piecePx, piecePx, { fit: 'inside', withoutEnlargement: true })
        .png()
        .toFile(join(folder, `${row}-${column}.png`))
    }
  }
}
