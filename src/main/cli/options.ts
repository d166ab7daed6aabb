import { mostViews } from '../../core/augmentation/pictureChange'
import { optionTable } from '../../shared/model/options/table'
import type { Command, CommandOption } from './command'
import { exportOptions } from './exportOptions'
import { networkAnswerOptions, networkFileOption } from './ownNetwork'
import { sweepCommand } from './sweepOptions'
import { commandOptions, type RegistryNames } from './trainingOptions'

const json: CommandOption = {
  name: 'json',
  kind: 'flag',
  meaning: 'Prints the result as JSON on standard output.',
}
const verbose: CommandOption = {
  name: 'verbose',
  kind: 'flag',
  meaning: 'On a failure, prints where in the program it happened.',
}
const followLinks: CommandOption = {
  name: 'follow-links',
  kind: 'flag',
  meaning: 'Goes where links out of FOLDER lead; each real folder once.',
}
const extension: CommandOption = {
  name: 'extension',
  kind: 'text',
  value: 'FILE',
  meaning:
    'A JavaScript file with losses and miners of your own. It runs as this program does, so name only what you trust.',
}
const help: CommandOption = { name: 'help', kind: 'flag', meaning: 'Prints this help.' }

/** @param names of the registries, so that a new loss is an option at once */
export function commandsFor(names: RegistryNames): readonly Command[] {
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
        meaning: 'Folder for the results; made where it is missing.',
        isRequired: true,
      },
      followLinks,
      extension,
      {
        name: 'resume',
        kind: 'flag',
        meaning: 'Goes on with the run in DIR that was not finished; without one, starts.',
      },
      {
        name: 'start-over',
        kind: 'flag',
        meaning: 'Gives up the run in DIR that was not finished, and starts.',
      },
      {
        name: 'run-file',
        kind: 'text',
        value: 'FILE',
        meaning: 'The run.json of a run, to train the same again; other options change it.',
      },
      ...commandOptions(optionTable, names),
      networkFileOption,
      ...networkAnswerOptions,
      json,
      verbose,
      help,
    ],
  }
  const backend = train.options.find(({ name }) => name === optionTable.backend.flag)!
  const embed: Command = {
    name: 'embed',
    usage: 'embed FOLDER --model DIR/model --out FILE [options]',
    summary: 'Embeds the images of a folder with a model that train saved.',
    positionals: ['FOLDER'],
    options: [
      {
        name: 'model',
        kind: 'text',
        value: 'DIR/model',
        meaning: 'The model folder that train wrote.',
        isRequired: true,
      },
      ...exportOptions(),
      {
        name: 'views',
        kind: 'integer',
        value: 'K',
        minimum: 1,
        maximum: mostViews,
        meaning:
          'Averages the embeddings of K views of each picture: as it is, its mirror image, its middle, that mirrored, its corners. K times the work; 2 where a mirror image shows the same thing.',
      },
      followLinks,
      networkFileOption,
      backend,
      json,
      verbose,
      help,
    ],
  }
  const exporting: Command = {
    name: 'export',
    usage: 'export DIR --out FILE [options]',
    summary: 'Writes the embeddings of a training, or of a CSV, in another format.',
    positionals: ['DIR'],
    options: [...exportOptions(), json, verbose, help],
  }
  const about: Command = {
    name: 'help',
    usage: 'help',
    summary: 'Prints the commands and their options.',
    positionals: [],
    options: [extension, verbose, help],
  }
  const version: Command = {
    name: 'version',
    usage: 'version',
    summary: 'Prints the version.',
    positionals: [],
    options: [json, verbose, help],
  }
  return [train, sweepCommand(train, names), embed, exporting, about, version]
}
