import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { distances } from '../../../src/core/distances'
import { losses } from '../../../src/core/losses'
import { miners } from '../../../src/core/miners'
import { reducers } from '../../../src/core/reducers'
import { regularizers } from '../../../src/core/regularizers'
import { samplers } from '../../../src/core/samplers'
import { extractors } from '../../../src/main/features/extractors'
import { commandsFor } from '../../../src/main/cli/options'
import { withFlagTable } from '../../support/optionDocs'

const root = resolve(import.meta.dirname, '..', '..', '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const counts = {
  losses: losses.names.length,
  miners: miners.names.length,
  distances: distances.names.length,
}

describe('the pages for people', () => {
  it('count what the registries hold', () => {
    expect(read('README.md')).toContain(
      `${counts.losses} losses, ${counts.miners} miners (\`all\` among them) or \`none\`, ${counts.distances} distances`,
    )
    expect(read('README.zh-CN.md')).toContain(
      `${counts.losses} 种损失，${counts.miners} 种挖掘器（含 \`all\`）或 \`none\`，${counts.distances} 种距离`,
    )
    expect(read('CHANGELOG.md')).toContain(
      `${counts.losses} losses, ${counts.miners} miners and ${counts.distances} distances`,
    )
  })

  it.each(['README.md', 'README.zh-CN.md'])('%s names every option of train', (file) => {
    const names = {
      losses: losses.names,
      miners: miners.names,
      distances: distances.names,
      reducers: reducers.names,
      regularizers: regularizers.names,
      samplers: samplers.names,
      extractors,
    }
    const train = commandsFor(names).find(({ name }) => name === 'train')!
    const text = read(file)
    const unnamed = train.options.filter(({ name }) => !text.includes(`--${name}`))
    expect(unnamed.map(({ name }) => name)).toEqual([])
  })

  it.each([
    ['README.md', 'en'],
    ['README.zh-CN.md', 'zh-CN'],
  ] as const)('%s has the table of options: npm run docs writes it', async (file, locale) => {
    expect(read(file)).toBe(await withFlagTable(read(file), locale))
  })

  it('number every decision once, and lead to it', () => {
    const files = readdirSync(join(root, 'docs', 'decisions'))
    const numbers = files.map((name) => name.slice(0, 4))
    expect(numbers).toEqual([...new Set(numbers)])
    const architecture = read('ARCHITECTURE.md')
    for (const name of files) {
      const number = Number(name.slice(0, 4))
      expect(read(`docs/decisions/${name}`)).toMatch(new RegExp(`^# ${number}\\. `))
      expect(architecture).toContain(`- [${number}. `)
      expect(architecture).toContain(`(docs/decisions/${name})`)
    }
    for (const [, link] of architecture.matchAll(/\((docs\/[^)]+)\)/g)) {
      expect(existsSync(join(root, link!)), link).toBe(true)
    }
  })
})
