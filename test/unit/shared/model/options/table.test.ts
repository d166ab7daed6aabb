import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { distances } from '../../../../../src/core/distances'
import { losses } from '../../../../../src/core/losses'
import { miners } from '../../../../../src/core/miners'
import { planTraining } from '../../../../../src/core/plan/plan'
import { requestOfRun } from '../../../../../src/core/plan/runRequest'
import { reducers } from '../../../../../src/core/reducers'
import { regularizers } from '../../../../../src/core/regularizers'
import { samplers } from '../../../../../src/core/samplers'
import { helpText } from '../../../../../src/main/cli/help'
import { commandsFor } from '../../../../../src/main/cli/options'
import { parseArguments } from '../../../../../src/main/cli/parse'
import { requestOf } from '../../../../../src/main/cli/request'
import { commandOptions } from '../../../../../src/main/cli/trainingOptions'
import { describeExtractors } from '../../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../../src/main/training/shippedSpeeds'
import type { Bilingual } from '../../../../../src/shared/model/bilingual'
import {
  choice,
  number,
  type OptionRow,
  type OptionTable,
  toggle,
  wholeOrNone,
} from '../../../../../src/shared/model/options/row'
import {
  optionGroups,
  optionTable,
  requestSchema,
  trainingDefaults,
  trainingRequest,
} from '../../../../../src/shared/model/options/table'
import type { TrainingRequest } from '../../../../../src/shared/model/training'
import { describeGroup, flagTable } from '../../../../support/optionDocs'

const names = {
  losses: losses.names,
  miners: miners.names,
  distances: distances.names,
  reducers: reducers.names,
  regularizers: regularizers.names,
  samplers: samplers.names,
  extractors: describeExtractors(),
}
const rows = Object.entries<OptionRow>(optionTable)
const root = resolve(import.meta.dirname, '..', '..', '..', '..', '..')
const pages = ['README.md', 'README.zh-CN.md', 'docs/reference.md'].map(
  (file) => [file, readFileSync(join(root, file), 'utf8')] as const,
)

/** What a person may type for an option, with what a request then holds. */
function typed(row: OptionRow): readonly [text: string, value: unknown] {
  switch (row.kind) {
    case 'number':
    case 'integer':
      return [String(row.maximum), row.maximum]
    case 'choice': {
      const last = Object.keys(row.choices).at(-1)!
      return [last, last]
    }
    case 'switch':
      return ['', true]
    case 'name':
      return [names[row.registry][0]!, names[row.registry][0]]
    case 'component': {
      const name = names[row.registry][0]!
      return [name, { name, options: {} }]
    }
    case 'losses':
      return [`${losses.names[0]!}=2`, [{ name: losses.names[0], weight: 2, options: {} }]]
    case 'layers':
      return ['conv12+conv13', 'conv12+conv13']
    case 'part':
      return ['last:3', 'last:3']
    case 'labels':
      return ['cat,dog', ['cat', 'dog']]
    case 'id':
      return [names.extractors[0]!.id, names.extractors[0]!.id]
  }
}

const read = (line: readonly string[], table?: OptionTable) => {
  const commands = commandsFor(names).map((command) =>
    command.name === 'train' && table !== undefined
      ? { ...command, options: [...command.options.slice(0, 1), ...commandOptions(table, names)] }
      : command,
  )
  return requestOf(
    parseArguments(['train', 'photos', '--out', 'results', ...line], commands),
    table,
  )
}
const words = ([flag, text]: readonly [string, string]) =>
  text === '' ? [`--${flag}`] : [`--${flag}`, text]

describe('every option of a training', () => {
  const inBoth = ({ en, 'zh-CN': chinese }: Bilingual) =>
    /^[A-Z]/.test(en) && !/\p{Script=Han}/u.test(en) && /\p{Script=Han}/u.test(chinese)

  it.each(rows)('%s has its texts in both languages', (_, row) => {
    expect(row.title).toSatisfy(inBoth)
    expect(row.help).toSatisfy(inBoth)
    expect(row.help.en).toMatch(/\.$/)
    expect(row.help['zh-CN']).toMatch(/。$/)
    for (const { help } of row.parts ?? []) expect(help).toSatisfy(inBoth)
    for (const title of row.kind === 'choice' ? Object.values(row.choices) : []) {
      expect(title.en).not.toBe('')
      expect(title['zh-CN']).not.toBe('')
    }
  })

  it.each(rows)('%s is checked by the schema, and by its limits', (name, row) => {
    const holds = (value: unknown) => v.is(trainingRequest, { [name]: value })
    expect(holds(typed(row)[1])).toBe(true)
    expect(holds({ no: 'value' })).toBe(false)
    if (row.kind !== 'number' && row.kind !== 'integer') return
    expect(holds(row.minimum)).toBe(true)
    expect(holds(row.minimum - 1)).toBe(false)
    expect(holds(row.maximum + 1)).toBe(false)
    expect(holds(null)).toBe(row.on !== undefined)
    expect(holds((row.minimum + row.maximum) / 2 + 0.25)).toBe(row.kind === 'number')
    if (row.word !== undefined) expect(holds(row.word)).toBe(true)
  })

  it.each(Object.entries(trainingDefaults))('%s begins with a value of its own', (name, value) => {
    expect(v.is(trainingRequest, { [name]: value })).toBe(true)
  })

  it.each(rows)('%s is read from the command line', (name, row) => {
    if (row.flag === undefined) return
    const [text, value] = typed(row)
    // A list of labels may be a file, which is read later.
    const wanted = row.kind === 'labels' ? {} : { [name]: value }
    // Its weight alone belongs to nothing.
    const owner = name === 'regularizerWeight' ? { regularizer: 'l2Norm' } : {}
    const given = Object.entries(owner).flatMap(words)
    expect(read([...given, ...words([row.flag, text])])).toMatchObject(wanted)
    if (row.kind === 'switch') expect(read([`--no-${row.flag}`])).toEqual({ [name]: false })
    if (v.is(row.schema, null)) expect(read([`--${row.flag}`, 'none'])).toEqual({ [name]: null })
  })

  it('is in the help and the pages, under its flag and with its words', () => {
    const help = helpText(commandsFor(names), 'train').replace(/\s+/g, ' ')
    for (const [name, row] of rows) {
      for (const [file, text] of pages) {
        if (file === 'docs/reference.md') expect(text).toContain(`| \`${name}\` `)
        if (row.flag !== undefined) expect(text).toContain(`--${row.flag}`)
        if (row.flag !== undefined) {
          expect(text).toContain(row.help[file === 'README.zh-CN.md' ? 'zh-CN' : 'en'])
        }
      }
      if (row.flag === undefined) continue
      expect(help).toContain(`--${row.flag}`)
      expect(help).toContain(row.help.en)
    }
  })

  it('has a flag of its own', () => {
    const flags = commandOptions(optionTable, names).map(({ name }) => name)
    expect(flags).toEqual([...new Set(flags)])
    expect(Object.keys(optionTable)).toHaveLength(
      optionGroups.reduce((count, group) => count + Object.keys(group.rows).length, 0),
    )
  })

  it('comes back from the run file of a plan', () => {
    const chosen: TrainingRequest = {
      embeddingSize: 32,
      schedule: 'cosine',
      patience: 3,
      gradientClip: null,
      emaDecay: 0.9,
      remedies: true,
      seed: 7,
    }
    const plan = (request: TrainingRequest) =>
      planTraining({
        labels: Int32Array.from({ length: 40 }, (_, image) => image >> 2),
        request,
        extractors: describeExtractors(),
        featuresCached: () => 0,
        speed: shippedSpeeds.js,
      }).plan.options
    const options = plan(chosen)
    expect(options).toMatchObject(chosen)
    const parsed = v.parse(trainingRequest, JSON.parse(JSON.stringify(requestOfRun(options))))
    expect(plan(parsed)).toEqual(options)
  })
})

it('an option that is added to the table is everywhere at once', () => {
  const added = {
    dropout: number({
      title: { en: 'Dropout', 'zh-CN': '随机失活' },
      help: { en: 'Share of numbers set to 0.', 'zh-CN': '置为 0 的比例。' },
      flag: 'dropout',
      value: 'D',
      minimum: 0,
      maximum: 0.9,
      default: 0,
    }),
    activation: choice({
      title: { en: 'Activation', 'zh-CN': '激活函数' },
      help: { en: 'Between layers.', 'zh-CN': '层与层之间。' },
      choices: { relu: { en: 'ReLU', 'zh-CN': 'ReLU' }, gelu: { en: 'GELU', 'zh-CN': 'GELU' } },
      flag: 'activation',
      default: 'relu',
    }),
    mirrored: toggle({
      title: { en: 'Mirrored', 'zh-CN': '镜像' },
      help: { en: 'Pictures may be mirrored.', 'zh-CN': '图片可以镜像。' },
      flag: 'mirrored',
    }),
    restarts: wholeOrNone({
      title: { en: 'Restarts', 'zh-CN': '重启' },
      help: { en: 'How often it starts again.', 'zh-CN': '重新开始的次数。' },
      flag: 'restarts',
      minimum: 1,
      maximum: 9,
      on: 2,
    }),
  }
  const table = { ...optionTable, ...added }
  const line =
    '--dropout 0.5 --activation GELU --no-mirrored --restarts none --embedding-size 8'.split(' ')
  const request = read(line, table)
  const wanted = {
    ...{ dropout: 0.5, activation: 'gelu', mirrored: false, restarts: null },
    embeddingSize: 8,
  }
  expect(request).toEqual(wanted)
  const schema = requestSchema(table)
  // The schema knows the types of the new ones too.
  const parsed: { activation?: 'relu' | 'gelu' | undefined } = v.parse(schema, wanted)
  expect(parsed).toEqual(wanted)
  expect(v.is(schema, { dropout: 1 })).toBe(false)
  expect(v.is(schema, { activation: 'tanh' })).toBe(false)
  expect(v.is(trainingRequest, wanted)).toBe(false)

  const train = { ...commandsFor(names)[0]!, options: commandOptions(table, names) }
  const help = helpText([train], 'train')
  expect(help).toMatch(/--dropout D +Share of numbers set to 0\./)
  expect(help).toMatch(/--activation NAME +Between layers\. One of: relu, gelu\./)
  expect(help).toMatch(/--restarts N\|none +How often/)
  expect(flagTable('zh-CN', table)).toContain('| `--dropout D` | 置为 0 的比例。 |')
  expect(flagTable('en', table)).toContain('| `--mirrored`, `--no-mirrored` | Pictures may be')
  const group = describeGroup({ key: 'new', title: { en: 'New', 'zh-CN': '新' }, rows: added })
  expect(group).toContain(
    '| `dropout` | `--dropout D` | 0 | 0 to 0.9 | Share of numbers set to 0. |',
  )
})
