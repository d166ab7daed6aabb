import type { DatasetSummary, ImageSummary, LabelSummary } from '../../src/shared/model/dataset'
import type { DatasetId, ImageId, LabelId, RunId } from '../../src/shared/model/ids'

export const asDatasetId = (id: number): DatasetId => id as DatasetId
export const asImageId = (id: number): ImageId => id as ImageId
export const asRunId = (id: number): RunId => id as RunId
export const asLabelId = (id: number): LabelId => id as LabelId

export function datasetOf(fields: Partial<DatasetSummary> = {}): DatasetSummary {
  return {
    id: asDatasetId(1),
    name: 'Animals',
    folder: '/pictures/animals',
    folderExists: true,
    imageCount: 40,
    labelCount: 2,
    unlabelledCount: 0,
    excludedCount: 0,
    leftOutCount: 0,
    followsLinks: false,
    openedAt: 0,
    ...fields,
  }
}

export function labelOf(id: number, name: string, imageCount = 4): LabelSummary {
  return { id: asLabelId(id), name, imageCount, colorIndex: id - 1 }
}

export function imageOf(id: number, fields: Partial<ImageSummary> = {}): ImageSummary {
  return {
    id: asImageId(id),
    fileName: `${id}.png`,
    relativePath: `cat/${id}.png`,
    labelId: asLabelId(1),
    widthPx: 64,
    heightPx: 48,
    bytes: 1200,
    excluded: false,
    missing: false,
    ...fields,
  }
}
