import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { projectFolder } from '../backends'
import { drawEmoji } from '../quality/inputs'
import type { SetBuilder } from './imageSet'

const split = v.object({ test: v.array(v.string()) })

/** @param pictures a folder of emoji at 224 px; they are drawn where absent */
export const emoji = (pictures?: string): SetBuilder => ({
  name: 'emoji',
  title: 'emoji',
  origin:
    'colour drawings: one label an emoji, its drawings in eight npm packages of @iconify-json at 224 px (Apache-2.0, CC-BY-4.0, CC-BY-SA-4.0, MIT; CREDITS.md). The split is that of the tables above.',
  async build(say) {
    const { files } = await drawEmoji({ pictures, say })
    const file = join(projectFolder, 'test', 'fixtures', 'emojiSplit.json')
    const { test } = v.parse(split, JSON.parse(readFileSync(file, 'utf8')))
    return { folder: dirname(dirname(files[0]!.original)), unseenLabels: test }
  },
})
