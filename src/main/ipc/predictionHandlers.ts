import { basename } from 'node:path'
import type { predictionContract } from '../../shared/contract/prediction'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'
import { exportName } from './exportName'
import type { Shell } from './shell'

export const createPredictionHandlers = (
  { prediction, dataset }: Pick<Services, 'prediction' | 'dataset'>,
  shell: Shell,
): ServiceHandlers<typeof predictionContract> => ({
  model: (input) => prediction.model(input),
  state: (input) => prediction.state(input),
  add: ({ tokens, ...asking }) =>
    prediction.add({ ...asking, paths: tokens.map((token) => shell.takeDropped(token)) }),
  choose: async ({ what, ...asking }) => {
    const folder = what === 'folder' ? await shell.chooseFolder() : null
    const paths =
      what === 'folder' ? (folder === null ? [] : [folder]) : await shell.choosePictures()
    return paths.length === 0 ? false : prediction.add({ ...asking, paths })
  },
  paste: (input) => prediction.paste(input),
  addUnlabelled: (input) => prediction.addUnlabelled(input),
  ask: (input) => prediction.ask(input),
  cancel: (input) => prediction.cancel(input),
  clear: (input) => prediction.clear(input),
  pictures: (input) => prediction.pictures(input),
  neighbours: (input) => prediction.neighbours(input),
  accept: (input) => prediction.accept(input),
  exportCsv: async ({ datasetId, falseAccept }) => {
    const type = { title: 'CSV', extension: 'csv' }
    const name = exportName(dataset.nameOf(datasetId), 'predictions', type)
    const file = await shell.chooseExportFile(name, type)
    if (file === null) return { status: 'dismissed' }
    const written = await prediction.writeCsv({ datasetId, falseAccept, file })
    return written === null
      ? { status: 'cancelled' }
      : { status: 'written', path: file, files: [basename(file)], rows: written.rows, notes: [] }
  },
  rank: (input) => prediction.rank(input),
})
