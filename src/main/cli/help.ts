import type { Command, CommandOption } from './command'

const indent = 30

/** One command in full, or all of them in short with the options of each. */
export function helpText(commands: readonly Command[], name?: string): string {
  const shown = name === undefined ? commands : commands.filter((command) => command.name === name)
  const parts = shown
    .filter((command) => command.name !== 'help' || name !== undefined)
    .map((command) => commandText(command))
  const head =
    name === undefined
      ? [
          'Semblance learns from a folder of labelled images what similar means in them.',
          'One sub-folder is one label; a labels.csv (image,label) may say otherwise.',
          '',
        ]
      : []
  const foot =
    name === undefined
      ? [
          '',
          'Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 cancelled (what was finished',
          'is kept), 143 told to end by SIGTERM (train --resume goes on).',
          'Example: npm start -- train ./photos --out ./results',
        ]
      : []
  return [...head, parts.join('\n\n'), ...foot].join('\n')
}

function commandText(command: Command): string {
  const options = command.options.map(optionText)
  return [command.usage, `  ${command.summary}`, ...options].join('\n')
}

function optionText(option: CommandOption): string {
  const values = [option.value ?? 'NAME', ...(option.words ?? [])].join('|')
  const value = option.kind === 'flag' ? '' : ` ${values}`
  const left = `  --${option.name}${value}`
  const range = option.choices === undefined ? '' : ` One of: ${option.choices.join(', ')}.`
  const needed = option.isRequired === true ? ' Required.' : ''
  const text = wrap(`${option.meaning}${range}${needed}`, 100 - indent)
  const [first = '', ...rest] = text
  const start =
    left.length < indent ? left.padEnd(indent) + first : `${left}\n${' '.repeat(indent)}${first}`
  return [start, ...rest.map((line) => ' '.repeat(indent) + line)].join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
