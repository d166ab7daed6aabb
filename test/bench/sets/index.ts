import { emoji } from './emoji'
import { fashion } from './fashion'
import { icons } from './icons'
import type { SetBuilder } from './imageSet'
import { photographs } from './photographs'
import { stampCategories, stampKinds, stamps } from './stamps'

export const listSets = (emojiPictures?: string): readonly SetBuilder[] => [
  emoji(emojiPictures),
  icons,
  photographs,
  stamps,
  stampKinds,
  stampCategories,
  fashion,
]
