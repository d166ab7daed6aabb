import { optionTable } from '../../shared/model/options/table'
import type { Command } from './command'
import { flagsOutsideSweep, type RegistryNames } from './trainingOptions'

/** What a sweep does in its own way. */
const notOfSweep = [
  'out',
  'seed',
  'compact',
  'resume',
  'start-over',
  ...flagsOutsideSweep(optionTable),
]

/** The sweep takes what a training takes, for all of its runs alike. */
export function sweepCommand(train: Command, names: RegistryNames): Command {
  const out = train.options.find((option) => option.name === 'out')!
  return {
    name: 'sweep',
    usage: 'sweep FOLDER --losses all|a,b,c --out DIR [options]',
    summary:
      'Trains many losses on one split and ranks them; given again, it goes on where it was.',
    positionals: ['FOLDER'],
    options: [
      {
        ...out,
        meaning: 'Folder for sweep.csv and sweep.json; made where it is missing.',
      },
      {
        name: 'losses',
        kind: 'text',
        value: 'LIST',
        meaning: `all (the default), or names with commas between: ${names.losses.join(', ')}.`,
      },
      {
        name: 'miners',
        kind: 'text',
        value: 'LIST',
        meaning: `all, or names with commas between: default (what suits the loss), none, ${names.miners.join(', ')}.`,
      },
      {
        name: 'distances',
        kind: 'text',
        value: 'LIST',
        meaning: `all, or names with commas between: default (the loss's own), ${names.distances.join(', ')}.`,
      },
      {
        name: 'seeds',
        kind: 'integer',
        value: 'N',
        minimum: 1,
        maximum: 100,
        meaning: 'How often each combination is trained (1 unless told otherwise).',
      },
      {
        name: 'seed',
        kind: 'integer',
        value: 'S',
        minimum: 0,
        maximum: 2 ** 31 - 1,
        meaning: 'Of the first run of each combination.',
      },
      ...train.options.filter((option) => !notOfSweep.includes(option.name)),
    ],
  }
}
