import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import temml from 'temml'
import { describe, expect, it } from 'vitest'
import { distances } from '../../../src/core/distances'
import { losses } from '../../../src/core/losses'
import { miners } from '../../../src/core/miners'
import { referenceText } from '../../support/reference'

const written = readFileSync(
  resolve(import.meta.dirname, '..', '..', '..', 'docs', 'reference.md'),
  'utf8',
)

describe('docs/reference.md', () => {
  it('is what the registries say: npm run docs writes it', async () => {
    expect(written).toBe(await referenceText())
  })

  const formulas = [...written.matchAll(/^```math\n([^]*?)\n```$/gm)].map((match) => match[1]!)

  it('holds the formula of every loss, distance and miner that has one', () => {
    const entries = [...losses.entries, ...distances.entries, ...miners.entries]
    const given = entries.filter(({ formula }) => formula !== '')
    for (const { name, formula } of given) expect(formulas, name).toContain(formula)
    expect(given.length).toBeGreaterThanOrEqual(losses.names.length + distances.names.length)
    expect(written).not.toContain('$$')
  })

  it.each(formulas)('can set %s', (formula) => {
    expect(() => temml.renderToString(formula, { throwOnError: true })).not.toThrow()
  })
})
