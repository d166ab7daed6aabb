import { headStarts } from '../../shared/model/training'
import type { Command, CommandOption } from './command'
import { recipeOptions } from './recipeOptions'
import { sweepCommand } from './sweepOptions'

const json: CommandOption = {
  name: 'json',
  kind: 'flag',
  meaning: 'print the result as JSON on standard output',
}
const verbose: CommandOption = {
  name: 'verbose',
  kind: 'flag',
  meaning: 'on a failure, print where in the program it happened',
}
const followLinks: CommandOption = {
  name: 'follow-links',
  kind: 'flag',
  meaning: 'go where links out of FOLDER lead; each real folder once',
}
const help: CommandOption = { name: 'help', kind: 'flag', meaning: 'print this help' }
const backend: CommandOption = {
  name: 'backend',
  kind: 'text',
  choices: ['auto', 'tensorflow', 'wasm', 'js'],
  meaning: 'what computes; auto takes the fastest that works',
}

/** @param names of the registries, so that a new loss is an option at once */
export function commandsFor(names: {
  readonly losses: readonly string[]
  readonly miners: readonly string[]
  readonly distances: readonly string[]
  readonly reducers: readonly string[]
  readonly regularizers: readonly string[]
  readonly samplers: readonly string[]
}): readonly Command[] {
  const train: Command = {
    name: 'train',
    usage: 'train FOLDER --out DIR [options]',
    summary: 'Imports a folder of labelled images, trains an embedding and writes all results.',
    positionals: ['FOLDER'],
    options: [
      {
        name: 'out',
        kind: 'text',
        value: 'DIR',
        meaning: 'folder for the results; made where it is missing',
        isRequired: true,
      },
      followLinks,
      {
        name: 'resume',
        kind: 'flag',
        meaning: 'go on with the run in DIR that was not finished; without one, start',
      },
      {
        name: 'start-over',
        kind: 'flag',
        meaning: 'give up the run in DIR that was not finished, and start',
      },
      {
        name: 'run-file',
        kind: 'text',
        value: 'FILE',
        meaning: 'the run.json of a run, to train the same again; other options change it',
      },
      {
        name: 'network',
        kind: 'text',
        choices: ['frozen', 'small'],
        meaning: 'a head on frozen features, or a small network from the pixels',
      },
      {
        name: 'loss',
        kind: 'text',
        choices: names.losses,
        meaning: 'what training asks of distances',
      },
      {
        name: 'miner',
        kind: 'text',
        choices: [...names.miners, 'none'],
        meaning: 'which pairs or triplets of a batch take part',
      },
      {
        name: 'distance',
        kind: 'text',
        choices: names.distances,
        meaning: 'how far apart two embeddings are',
      },
      { name: 'margin', kind: 'number', value: 'M', meaning: 'margin of the loss' },
      {
        name: 'loss-option',
        kind: 'pair',
        value: 'NAME=VALUE',
        meaning: 'any other option of the loss; may be repeated',
      },
      {
        name: 'miner-option',
        kind: 'pair',
        value: 'NAME=VALUE',
        meaning: 'any option of the miner; may be repeated',
      },
      {
        name: 'embedding-size',
        kind: 'integer',
        value: 'N',
        minimum: 2,
        maximum: 4096,
        meaning: 'numbers per image',
      },
      {
        name: 'classes-per-batch',
        kind: 'integer',
        value: 'P',
        minimum: 2,
        maximum: 1024,
        meaning: 'labels in a batch',
      },
      {
        name: 'images-per-class',
        kind: 'integer',
        value: 'K',
        minimum: 2,
        maximum: 256,
        meaning: 'images of each label in a batch',
      },
      {
        name: 'sampler',
        kind: 'text',
        choices: names.samplers,
        meaning: 'how batches of P times K images are drawn',
      },
      {
        name: 'epochs',
        kind: 'integer',
        value: 'N',
        minimum: 1,
        maximum: 10_000,
        meaning: 'end after so many epochs',
      },
      {
        name: 'steps',
        kind: 'integer',
        value: 'N',
        minimum: 1,
        maximum: 10_000_000,
        meaning: 'end after so many steps',
      },
      {
        name: 'minutes',
        kind: 'number',
        value: 'M',
        minimum: 0.01,
        maximum: 10_000,
        meaning: 'end after so many minutes of training',
      },
      {
        name: 'learning-rate',
        kind: 'number',
        value: 'R',
        words: ['find'],
        minimum: 1e-8,
        maximum: 10,
        meaning: 'of the Adam optimizer; find searches one by a range test',
      },
      ...recipeOptions(names),
      {
        name: 'image-size',
        kind: 'integer',
        value: 'PX',
        minimum: 16,
        maximum: 512,
        meaning: 'side of the picture the small network sees',
      },
      {
        name: 'start',
        kind: 'text',
        choices: headStarts,
        meaning:
          'where a head on frozen features starts; auto: whitening or the analysis, by held-out training labels',
      },
      {
        name: 'split',
        kind: 'text',
        choices: ['byClass', 'byImage', 'none'],
        meaning: 'what is kept unseen for the evaluation',
      },
      {
        name: 'test-share',
        kind: 'number',
        value: 'S',
        minimum: 0.01,
        maximum: 0.9,
        meaning: 'share of the labels or images kept unseen: the chance of each',
      },
      {
        name: 'split-seed',
        kind: 'integer',
        value: 'S',
        minimum: 0,
        maximum: 2 ** 31 - 1,
        meaning: 'draws what is kept unseen (1); runs of one split seed have the same test',
      },
      {
        name: 'unseen-labels',
        kind: 'text',
        value: 'LIST',
        meaning: 'keep these labels unseen: names with commas between, or a file, one a line',
      },
      {
        name: 'seed',
        kind: 'integer',
        value: 'S',
        minimum: 0,
        maximum: 2 ** 31 - 1,
        meaning: 'of the training; same seed, same backend: same numbers',
      },
      backend,
      json,
      verbose,
      help,
    ],
  }
  const embed: Command = {
    name: 'embed',
    usage: 'embed FOLDER --model DIR/model --out FILE.csv [options]',
    summary: 'Embeds the images of a folder with a model that train saved.',
    positionals: ['FOLDER'],
    options: [
      {
        name: 'model',
        kind: 'text',
        value: 'DIR/model',
        meaning: 'the model folder that train wrote',
        isRequired: true,
      },
      {
        name: 'out',
        kind: 'text',
        value: 'FILE.csv',
        meaning: 'the table to write',
        isRequired: true,
      },
      followLinks,
      backend,
      json,
      verbose,
      help,
    ],
  }
  const about: Command = {
    name: 'help',
    usage: 'help',
    summary: 'Prints the commands and their options.',
    positionals: [],
    options: [verbose, help],
  }
  const version: Command = {
    name: 'version',
    usage: 'version',
    summary: 'Prints the version.',
    positionals: [],
    options: [json, verbose, help],
  }
  return [train, sweepCommand(train, names), embed, about, version]
}
