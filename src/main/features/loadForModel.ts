import type { ModelInput } from '../runs/modelFiles'
import type { LoadedImages, LoadingReport } from './loadedImages'
import { type FeatureContext, loadFeatures } from './loadFeatures'
import { loadMaps } from './loadMaps'
import { loadPixels } from './loadPixels'
import { featuresOfModel, mapOfModel } from './modelFeatures'
import type { JobImages } from './pictures'

/**
 * What a saved model takes of pictures. Null when it was cancelled.
 * @throws AppError modelUnreadable where its network is not here
 */
export function loadForModel(
  images: JobImages,
  input: ModelInput,
  context: FeatureContext,
  report: LoadingReport,
): Promise<LoadedImages | null> {
  const { variation = null } = context
  switch (input.kind) {
    case 'pixels':
      return loadPixels(images, input.sizePx, report, { variation })
    case 'maps':
      return loadMaps(images, mapOfModel(input), context, report)
    case 'features':
      return loadFeatures(images, { ...context, ...featuresOfModel(input) }, report)
  }
}
