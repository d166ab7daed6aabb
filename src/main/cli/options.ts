import { mostViews } from '../../core/augmentation/pictureChange'
import { predictionNeighbours } from '../../core/prediction/measurePrediction'
import { usualFalseAccept } from '../../shared/model/prediction'
import { mapTable } from '../../shared/model/options/mapOptions'
import { optionTable } from '../../shared/model/options/table'
import type { Command, CommandOption } from './command'
import { modelExportOptions } from './exportModel'
import { exportOptions } from './exportOptions'
import { networkAnswerOptions, networkFileOption } from './ownNetwork'
import { servingLimits } from '../serving/limits'
import { findCommand } from './findOptions'
import { sweepCommand } from './sweepOptions'
import { commandOptions, type RegistryNames } from './trainingOptions'

const votingNeighbours: CommandOption = {
  name: 'k',
  kind: 'integer',
  value: 'K',
  minimum: 1,
  maximum: 1000,
  meaning: `Nearest images that vote and are listed; ${predictionNeighbours} unless told otherwise. Another number measures confidence and threshold anew.`,
}

const falseAccept = (where: string): CommandOption => ({
  name: 'false-accept',
  kind: 'number',
  value: 'SHARE',
  minimum: 0,
  maximum: 1,
  meaning: `Share of images of unknown labels that may be taken for known ones${where}; ${usualFalseAccept} unless told otherwise.`,
})

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
        name: 'compact',
        kind: 'flag',
        meaning:
          'The saved model carries the mean of each label to predict with, instead of all embeddings: small, and no pictures are named in it.',
      },
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
      ...commandOptions(mapTable, names),
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
  const model = embed.options.find(({ name }) => name === 'model')!
  const exportingModel: Command = {
    name: 'export-model',
    usage: 'export-model --model DIR/model --out DIR [options]',
    summary: 'Writes a model as one ONNX file that takes pictures, with scripts that run it.',
    positionals: [],
    options: [model, ...modelExportOptions, networkFileOption, json, verbose, help],
  }
  const predict: Command = {
    name: 'predict',
    usage: 'predict FOLDER_OR_FILES --model DIR/model --out FILE.csv [options]',
    summary:
      'Says which label each image has, how sure that is, and whether it is none of the labels.',
    positionals: ['FOLDER_OR_FILES'],
    takesMore: true,
    options: [
      model,
      {
        name: 'out',
        kind: 'text',
        value: 'FILE.csv',
        meaning: 'The table to write.',
        isRequired: true,
      },
      votingNeighbours,
      falseAccept(''),
      {
        name: 'against',
        kind: 'text',
        value: 'FOLDER',
        meaning:
          'A folder that has the labels of the same images, may be FOLDER itself: says how right the answers are, also in FILE.metrics.json.',
      },
      followLinks,
      networkFileOption,
      backend,
      json,
      verbose,
      help,
    ],
  }
  const search: Command = {
    name: 'search',
    usage: 'search FOLDER --model DIR/model --like FILE... [--unlike FILE...] [options]',
    summary: 'Ranks the images of a folder by how well they suit liked and disliked pictures.',
    positionals: ['FOLDER'],
    options: [
      model,
      {
        name: 'like',
        kind: 'list',
        value: 'FILE...',
        meaning: 'Pictures to find more of; being near any of them counts.',
        isRequired: true,
      },
      {
        name: 'unlike',
        kind: 'list',
        value: 'FILE...',
        meaning: 'Pictures to stay away from.',
      },
      {
        name: 'top',
        kind: 'integer',
        value: 'N',
        minimum: 1,
        maximum: 1_000_000,
        meaning: 'How many are listed; 50 unless told otherwise.',
      },
      {
        name: 'out',
        kind: 'text',
        value: 'FILE.csv',
        meaning: 'Writes them into a table too.',
      },
      followLinks,
      networkFileOption,
      backend,
      json,
      verbose,
      help,
    ],
  }
  const serve: Command = {
    name: 'serve',
    usage: 'serve --model DIR/model [--folder FOLDER] [--port N] [options]',
    summary:
      'Answers other programs of this machine over HTTP: embeds, predicts and searches (docs/server.md).',
    positionals: [],
    options: [
      model,
      {
        name: 'folder',
        kind: 'text',
        value: 'FOLDER',
        meaning: 'Images to search; those that the model carries unless told otherwise.',
      },
      {
        name: 'port',
        kind: 'integer',
        value: 'N',
        minimum: 0,
        maximum: 65_535,
        meaning: 'Where it listens; 0, any that is free, unless told otherwise.',
      },
      {
        name: 'host',
        kind: 'text',
        value: 'ADDRESS',
        meaning:
          'Listens there instead of on this machine alone (127.0.0.1). Nothing is encrypted.',
      },
      votingNeighbours,
      falseAccept(' where a request names none'),
      {
        name: 'queue',
        kind: 'integer',
        value: 'N',
        minimum: 1,
        maximum: 1000,
        meaning: `Requests that are taken at a time, others are told to come again; ${servingLimits.requests} unless told otherwise.`,
      },
      {
        name: 'body-limit',
        kind: 'integer',
        value: 'MIB',
        minimum: 1,
        maximum: 512,
        meaning: `Largest body of a request; ${servingLimits.bodyMiB} MiB unless told otherwise.`,
      },
      {
        name: 'body-seconds',
        kind: 'number',
        value: 'S',
        minimum: 0.1,
        maximum: 3600,
        meaning: `Within which a body has to arrive; ${servingLimits.bodySeconds} unless told otherwise.`,
      },
      followLinks,
      networkFileOption,
      backend,
      verbose,
      help,
    ],
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
  const find = findCommand(train, [
    ...[optionTable.extractor.flag, optionTable.features.flag, networkFileOption.name],
    ...networkAnswerOptions.map(({ name }) => name),
    ...[followLinks.name, optionTable.backend.flag, json.name, verbose.name, help.name],
  ])
  return [
    train,
    sweepCommand(train, names),
    find,
    embed,
    exporting,
    exportingModel,
    predict,
    search,
    serve,
    about,
    version,
  ]
}
