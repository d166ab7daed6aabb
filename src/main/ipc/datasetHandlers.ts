import { join } from 'node:path'
import type { datasetContract } from '../../shared/contract/dataset'
import { AppError } from '../../shared/errors'
import type { ServiceHandlers } from '../../shared/rpc'
import { findNearDuplicates } from '../dataset/nearDuplicates'
import type { Services } from '../services'
import { placeOfImage } from '../workspace'
import type { Shell } from './shell'

export const createDatasetHandlers = (
  {
    dataset,
    imports,
    store,
    forget,
    workspace,
  }: Pick<Services, 'dataset' | 'imports' | 'store' | 'forget' | 'workspace'>,
  shell: Shell,
): ServiceHandlers<typeof datasetContract> => ({
  current: () => dataset.current(),
  recent: () => dataset.recent(),
  open: (input) => dataset.open(input),
  forget: async (input): Promise<true> => {
    await forget(input)
    return true
  },
  chooseFolder: async () => {
    const folder = await shell.chooseFolder()
    return folder === null ? null : imports.start(folder)
  },
  importDropped: ({ token }) => imports.start(shell.takeDropped(token)),
  moved: () => imports.moved(),
  answerMoved: ({ answer }) => imports.answerMoved(answer),
  importSample: () => imports.startSample(),
  rescan: ({ datasetId, followsLinks }) => imports.rescan(datasetId, followsLinks),
  report: (input) => dataset.report(input),
  duplicates: ({ datasetId }) => store.duplicates.find(datasetId),
  nearDuplicates: ({ datasetId }) => findNearDuplicates(store, datasetId),
  columns: (input) => dataset.columns(input),
  images: (input) => dataset.images(input),
  detail: (input) => dataset.detail(input),
  showInFolder: async ({ imageId }): Promise<true> => {
    const location = await store.images.location(imageId)
    if (location === undefined) {
      throw new AppError('notFound', 'This image is no longer in the dataset.', { imageId })
    }
    const { folder, relativePath } = placeOfImage(workspace, location)
    shell.showInFolder(join(folder, ...relativePath.split('/')))
    return true
  },
})
