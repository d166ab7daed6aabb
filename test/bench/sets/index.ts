import { emoji } from './emoji'
import { fashion } from './fashion'
import { icons } from './icons'
import type { SetBuilder } from './imageSet'
import { photographs } from './photographs'
import { stampCategories, stamps } from './stamps'

export const listSets = (emojiPictures?: string): readonly SetBuilder[] => [
  emoji(emojiPictures),
  icons,
  photographs,
  stamps,
  stampCategories,
  fashion,
]
