import { findingKinds, type FindingLimits, usualLimits } from '../../shared/model/findings'
import type { Command, CommandOption } from './command'

interface LimitOption {
  readonly limit: keyof FindingLimits
  readonly option: CommandOption
}

const limitOption = (
  limit: keyof FindingLimits,
  name: string,
  [minimum, maximum]: readonly [number, number],
  meaning: string,
  kind: 'number' | 'integer' = 'number',
): LimitOption => ({
  limit,
  option: {
    ...{ name, kind, value: kind === 'integer' ? 'K' : 'X', minimum, maximum },
    meaning: `${meaning} By itself ${usualLimits[limit]}.`,
  },
})

/** One option for each limit of the lists. */
export const limitOptions: readonly LimitOption[] = [
  limitOption(
    'k',
    'k',
    [1, 100],
    'Neighbours that vote and that an outlier is told by.',
    'integer',
  ),
  limitOption('atLeast', 'at-least', [1, 1e6], 'Images that a label should have.', 'integer'),
  limitOption(
    'unexplained',
    'same-limit',
    [0, 1],
    'Share of a picture that the same picture may leave unexplained when laid over it.',
  ),
  limitOption(
    'similar',
    'similar-limit',
    [0, 10],
    'Similar: nearer than this times the median distance to the nearest other picture.',
  ),
  limitOption(
    'outlier',
    'outlier-limit',
    [0, 100],
    'Outliers: farther than the third quartile by this times the interquartile range.',
  ),
  limitOption(
    'overlap',
    'overlap-limit',
    [0, 1],
    'Labels that overlap: .5 is one thing under two names, 0 is apart.',
  ),
  limitOption('dark', 'dark-limit', [0, 1], 'Dark: even the brightest part is below this.'),
  limitOption(
    'light',
    'light-limit',
    [0, 1],
    'Light: even the darkest part is this near to white.',
  ),
  limitOption('blurred', 'blur-limit', [0, 1], 'Blurred: sharpness below this.'),
  limitOption('blank', 'blank-limit', [0, 1], 'Blank: information below this.'),
  limitOption('aspect', 'aspect-limit', [0, 1], 'Odd shape: shorter side over the longer.'),
  limitOption(
    'size',
    'size-limit',
    [0, 100],
    'Odd size: outside the quartiles by this times the interquartile range.',
  ),
]

/** @param train whose options of network and backend it takes */
export function findCommand(train: Command, taken: readonly string[]): Command {
  const own = new Set(taken)
  return {
    name: 'find',
    usage: 'find FOLDER --out DIR [options]',
    summary: 'Looks through a folder without training and lists what may be wrong: findings.csv.',
    positionals: ['FOLDER'],
    options: [
      {
        name: 'out',
        kind: 'text',
        value: 'DIR',
        meaning: 'Folder for findings.csv; made where it is missing.',
        isRequired: true,
      },
      {
        name: 'kinds',
        kind: 'text',
        value: 'NAME,…',
        meaning: `Lists to make, with commas between. By itself all: ${findingKinds.join(', ')}.`,
      },
      ...limitOptions.map(({ option }) => option),
      ...train.options.filter(({ name }) => own.has(name)),
    ],
  }
}
