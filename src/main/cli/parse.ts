import { parseArgs } from 'node:util'
import type { Command, CommandOption } from './command'
import { nearestName, sameName } from './suggestion'

/** Arguments that cannot be run; the message says what was wrong and what would be right. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

export interface ParsedCommand {
  readonly command: Command
  readonly positionals: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly texts: ReadonlyMap<string, string>
  readonly numbers: ReadonlyMap<string, number>
  /** Values of repeatable NAME=VALUE options, by option. */
  readonly pairs: ReadonlyMap<string, ReadonlyMap<string, number | boolean | string>>
  /** Values of lists, by option. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads the arguments after the program's name.
 * @throws UsageError for anything that is not understood
 */
export function parseArguments(
  args: readonly string[],
  commands: readonly Command[],
): ParsedCommand {
  const command = commandOf(args, commands)
  const rest = args[0] === command.name ? args.slice(1) : args
  const { tokens } = parseArgs({
    args: [...rest],
    options: Object.fromEntries(
      command.options.map((option) => [
        option.name,
        {
          type: option.kind === 'flag' ? ('boolean' as const) : ('string' as const),
          multiple: true,
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const positionals: string[] = []
  const flags = new Set<string>()
  const texts = new Map<string, string>()
  const numbers = new Map<string, number>()
  const pairs = new Map<string, Map<string, number | boolean | string>>()
  const lists = new Map<string, string[]>()
  const seen = new Set<string>()
  let list: string[] | null = null
  for (const token of tokens) {
    if (token.kind === 'positional') (list ?? positionals).push(token.value)
    if (token.kind !== 'positional') list = null
    if (token.kind !== 'option') continue
    const option = optionOf(token.name, token.rawName, command)
    const shown = `--${option.name}`
    if (seen.has(option.name) && option.kind !== 'pair' && option.kind !== 'list') {
      throw new UsageError(`${shown} is given twice. Give it once.`)
    }
    seen.add(option.name)
    if (option.kind === 'flag') {
      if (token.value !== undefined) throw new UsageError(`${shown} takes no value.`)
      flags.add(option.name)
      continue
    }
    const value = valueOf(token.value, option, shown)
    if (option.kind === 'list') {
      list = lists.get(option.name) ?? []
      list.push(value)
      lists.set(option.name, list)
    } else if (option.kind === 'pair') {
      const known = pairs.get(option.name) ?? new Map<string, number | boolean | string>()
      const [name, parsed] = pairOf(value, shown)
      pairs.set(option.name, known.set(name, parsed))
    } else if (option.kind === 'text') texts.set(option.name, textOf(value, option, shown))
    else if (option.words?.includes(value) === true) texts.set(option.name, value)
    else numbers.set(option.name, numberOf(value, option, shown))
  }
  // What follows the last list may be the folder: a list has no other end.
  const long = [...lists.values()].reverse().find(({ length }) => length > 1)
  if (positionals.length < command.positionals.length && long !== undefined) {
    positionals.push(long.pop()!)
  }
  const parsed = { command, positionals, flags, texts, numbers, pairs, lists }
  if (!flags.has('help')) checkComplete(parsed)
  return parsed
}

function commandOf(args: readonly string[], commands: readonly Command[]): Command {
  const [first] = args
  const names = commands.map(({ name }) => name)
  const about = commands.find(({ name }) => name === 'help')!
  if (first === undefined || first === '--help' || first === '-h') return about
  if (first === '--version' || first === '-v') return commands.find((c) => c.name === 'version')!
  const found = commands.find(({ name }) => name === first)
  if (found !== undefined) return found
  if (first.startsWith('-')) {
    throw new UsageError(`The command comes first: ${names.join(', ')}. Got "${first}".`)
  }
  const near = nearestName(first, names)
  throw new UsageError(
    `There is no command "${first}". ${near === null ? `Commands: ${names.join(', ')}.` : `Did you mean "${near}"?`}`,
  )
}

function optionOf(name: string, rawName: string, command: Command): CommandOption {
  const aliases: Readonly<Record<string, string>> = { h: 'help', o: 'out', v: 'version' }
  const wanted = rawName.startsWith('--') ? name : (aliases[name] ?? name)
  const found = command.options.find((option) => option.name === wanted)
  if (found !== undefined) return found
  if (command.name === 'help') return command.options.find((option) => option.name === 'help')!
  if (command.name === 'version' && wanted === 'version') return command.options.at(-1)!
  const names = command.options.map((option) => option.name)
  const near = nearestName(wanted, names)
  const advice =
    near === null
      ? `Options: ${names.map((option) => `--${option}`).join(', ')}.`
      : `Did you mean --${near}?`
  throw new UsageError(`${command.name} has no option ${rawName}. ${advice}`)
}

function valueOf(value: string | undefined, option: CommandOption, shown: string): string {
  const example = option.choices?.[0] ?? option.value ?? 'VALUE'
  if (value === undefined || value === '') {
    throw new UsageError(`${shown} needs a value: ${shown} ${example}.`)
  }
  if (value.startsWith('--')) {
    throw new UsageError(
      `${shown} needs a value, but "${value}" follows. Write ${shown} ${example}, or ${shown}=${value} where that is the value.`,
    )
  }
  return value
}

function textOf(value: string, option: CommandOption, shown: string): string {
  if (option.choices === undefined) return value
  const found = sameName(value, option.choices)
  if (found !== null) return found
  const near = nearestName(value, option.choices)
  const advice = near === null ? '' : ` Did you mean ${near}?`
  throw new UsageError(
    `${shown} cannot be "${value}".${advice} Choose one of: ${option.choices.join(', ')}.`,
  )
}

function numberOf(value: string, option: CommandOption, shown: string): number {
  const number = Number(value)
  const isWhole = option.kind !== 'integer' || Number.isInteger(number)
  if (!Number.isFinite(number) || value.trim() === '' || !isWhole) {
    const words = option.words === undefined ? '' : ` or ${option.words.join(' or ')}`
    const kind = (option.kind === 'integer' ? 'a whole number' : 'a number') + words
    throw new UsageError(`${shown} must be ${kind}, not "${value}".`)
  }
  const { minimum = -Infinity, maximum = Infinity } = option
  if (number < minimum || number > maximum) {
    throw new UsageError(`${shown} must lie between ${minimum} and ${maximum}, not ${value}.`)
  }
  return number
}

function pairOf(value: string, shown: string): [string, number | boolean | string] {
  const at = value.indexOf('=')
  if (at <= 0) throw new UsageError(`${shown} must look like NAME=VALUE, not "${value}".`)
  const text = value.slice(at + 1)
  if (text === 'true' || text === 'false') return [value.slice(0, at), text === 'true']
  const number = Number(text)
  return [value.slice(0, at), text.trim() !== '' && Number.isFinite(number) ? number : text]
}

function checkComplete({ command, positionals, texts, lists }: ParsedCommand): void {
  if (command.name === 'help') return
  if (positionals.length < command.positionals.length) {
    const missing = command.positionals[positionals.length]!
    throw new UsageError(`${missing} is missing. Usage: ${command.usage}`)
  }
  const extra = positionals[command.positionals.length]
  if (extra !== undefined && command.takesMore !== true) {
    throw new UsageError(
      `"${extra}" is one argument too many. Usage: ${command.usage}. A path with spaces needs quotes.`,
    )
  }
  for (const option of command.options) {
    if (option.isRequired === true && !texts.has(option.name) && !lists.has(option.name)) {
      throw new UsageError(`--${option.name} is missing. Usage: ${command.usage}`)
    }
  }
}
