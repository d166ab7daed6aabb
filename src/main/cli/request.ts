import * as v from 'valibot'
import { losses } from '../../core/losses'
import { innermostLoss } from '../../core/objective/lossChoice'
import { miners } from '../../core/miners'
import { isOptional, type OptionRow, type OptionTable } from '../../shared/model/options/row'
import { type MapRequest, mapTable } from '../../shared/model/options/mapOptions'
import { type OptionName, optionTable } from '../../shared/model/options/table'
import type { Component, TrainingRequest } from '../../shared/model/training'
import { type ParsedCommand, UsageError } from './parse'
import { noFlag } from './trainingOptions'

type Given = TrainingRequest[OptionName]

/**
 * The training request of the options of `train`; what is not given stays open.
 * @param table what options there are
 */
export function requestOf(
  parsed: ParsedCommand,
  table: OptionTable = optionTable,
): TrainingRequest {
  checkRegularizer(parsed)
  const given = lossOptionsOf(parsed)
  // Of more flags than one, or checked by what the registries know.
  const own: Partial<Record<string, Given>> = {
    loss: lossOf(parsed, given.main),
    addedLosses: addedLossesOf(parsed, given.ofLoss),
    miner: minerOf(parsed),
  }
  const entries = Object.entries(table).map(
    ([name, row]) => [name, name in own ? own[name] : valueOf(row, parsed)] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** What is asked of the map. */
export function mapRequestOf(parsed: ParsedCommand): MapRequest {
  const entries = Object.entries<OptionRow>(mapTable).map(
    ([name, row]) => [name, valueOf(row, parsed)] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** What the flag of an option says; undefined where it is not given. */
function valueOf(row: OptionRow, { texts, numbers, flags }: ParsedCommand): unknown {
  const { flag } = row
  if (flag === undefined) return undefined
  switch (row.kind) {
    case 'number':
    case 'integer': {
      const word = texts.get(flag)
      return word === 'none' && isOptional(row) ? null : (word ?? numbers.get(flag))
    }
    case 'switch':
      return switchOf(flag, flags)
    case 'component': {
      const name = texts.get(flag)
      if (name === undefined) return undefined
      return name === 'none' ? null : { name, options: {} }
    }
    case 'part': {
      const part = texts.get(flag)
      if (part === undefined || v.is(row.schema, part)) return part
      throw new UsageError(
        `--${flag} cannot be "${String(part)}". Give head, all, or last: and a number of blocks, for instance last:3.`,
      )
    }
    // A file may hold them, see `withUnseenLabels`.
    case 'labels':
      return undefined
    default:
      return texts.get(flag)
  }
}

type Options = Record<string, number | boolean | string>

function switchOf(flag: string, flags: ReadonlySet<string>): boolean | undefined {
  const off = noFlag(flag)
  if (flags.has(flag) && flags.has(off)) {
    throw new UsageError(`--${flag} and --${off} are both given. Give one of them.`)
  }
  return flags.has(flag) ? true : flags.has(off) ? false : undefined
}

function checkRegularizer({ texts, numbers }: ParsedCommand): void {
  const { regularizer, regularizerWeight } = optionTable
  const name = texts.get(regularizer.flag)
  if ((name !== undefined && name !== 'none') || !numbers.has(regularizerWeight.flag)) return
  throw new UsageError(
    `--${regularizerWeight.flag} belongs to a regularizer. Say which with --${regularizer.flag} NAME.`,
  )
}

/** NAME.OPTION is an option of an added loss, OPTION one of the main loss. */
function lossOptionsOf(parsed: ParsedCommand): {
  readonly main: Options
  readonly ofLoss: ReadonlyMap<string, Options>
} {
  const main: Options = {}
  const ofLoss = new Map<string, Options>()
  for (const [key, value] of parsed.pairs.get('loss-option') ?? []) {
    const at = key.indexOf('.')
    if (at < 0) main[key] = value
    else {
      const owner = key.slice(0, at)
      ofLoss.set(owner, { ...ofLoss.get(owner), [key.slice(at + 1)]: value })
    }
  }
  return { main, ofLoss }
}

function addedLossesOf(
  parsed: ParsedCommand,
  optionsOf: ReadonlyMap<string, Options>,
): TrainingRequest['addedLosses'] {
  const added = [...(parsed.pairs.get('add-loss') ?? [])].map(([name, weight]) => {
    losses.get(name)
    if (typeof weight !== 'number' || weight < 0) {
      throw new UsageError(
        `The weight of --add-loss ${name} must be a number from 0, not ${weight}.`,
      )
    }
    const options = optionsOf.get(name) ?? {}
    checkNames('loss', name, options, [...optionNames({ name, options }), 'distance'])
    return { name, weight, options }
  })
  const names = added.map(({ name }) => name)
  const stray = [...optionsOf.keys()].find((name) => !names.includes(name))
  if (stray !== undefined) {
    throw new UsageError(
      `--loss-option ${stray}.… belongs to an added loss. Add it with --add-loss ${stray}=WEIGHT.`,
    )
  }
  return added.length === 0 ? undefined : added
}

/** Options of a loss; those of the loss inside a memory are its own as well. */
function optionNames(loss: Component): readonly string[] {
  const inner = innermostLoss(loss)
  return [
    ...Object.keys(losses.get(loss.name).schema),
    ...(inner === loss || !losses.has(inner.name)
      ? []
      : Object.keys(losses.get(inner.name).schema)),
  ]
}

function lossOf(parsed: ParsedCommand, own: Options): TrainingRequest['loss'] {
  const name = parsed.texts.get('loss')
  const margin = parsed.numbers.get('margin')
  const given: Options = { ...own }
  if (name === undefined) {
    if (margin === undefined && Object.keys(given).length === 0) return undefined
    const asked = margin === undefined ? '--loss-option' : '--margin'
    throw new UsageError(
      `${asked} belongs to a loss. Say which, for instance: --loss triplet ${asked} ${margin ?? 'NAME=VALUE'}.`,
    )
  }
  const known = optionNames({ name, options: given })
  if (margin !== undefined) {
    const marginName = ['margin', 'negativeMargin'].find((option) => known.includes(option))
    if (marginName === undefined) {
      const having = losses.entries
        .filter((loss) => 'margin' in loss.schema)
        .map((loss) => loss.name)
      throw new UsageError(
        `The loss ${name} has no margin. Leave --margin out, or choose one of: ${having.join(', ')}.`,
      )
    }
    const inner = innermostLoss({ name, options: given }).name
    given[
      marginName === 'margin' && inner === 'contrastive' ? contrastiveMargin(given) : marginName
    ] = margin
  }
  checkNames('loss', name, given, known)
  return { name, options: given }
}

/** The two forms of the contrastive loss name their margin differently. */
const contrastiveMargin = (given: Options): string =>
  given['form'] === 'hadsell' ? 'margin' : 'negativeMargin'

function minerOf(parsed: ParsedCommand): TrainingRequest['miner'] {
  const name = parsed.texts.get('miner')
  const given: Options = Object.fromEntries(parsed.pairs.get('miner-option') ?? [])
  if (name === undefined || name === 'none') {
    if (Object.keys(given).length > 0) {
      throw new UsageError('--miner-option belongs to a miner. Say which with --miner NAME.')
    }
    return name === undefined ? undefined : null
  }
  checkNames('miner', name, given, Object.keys(miners.get(name).schema))
  return { name, options: given }
}

function checkNames(kind: string, name: string, given: Options, known: readonly string[]): void {
  for (const option of Object.keys(given)) {
    if (known.includes(option) || option === 'normalized') continue
    const choice = known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`
    throw new UsageError(`The ${kind} ${name} has no option "${option}". ${choice}`)
  }
}
