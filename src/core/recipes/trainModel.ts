import type { Matrix } from '../math/matrix'
import type { InputSource } from '../inputSource'
import { restoreModel, type SavedModel } from '../network'
import { splitPart } from '../evaluation/splitParts'
import { AppError } from '../../shared/errors'
import type { TrainingOptions } from '../../shared/model/training'
import { embedMatrix } from './embedMatrix'
import { type LabelledRows, pickRows, renumber } from './labelledRows'
import { headRecipe } from './headRecipe'
import type { TrainedModel, TrainingContext, TrainingData } from './surroundings'
import { pixelRecipe } from './pixelRecipe'
import { tunedRecipe } from './tunedRecipe'

/**
 * Divides the rows of the images that could be read.
 * @param labels class of each row, -1 without one
 * @param split 0 not used, 1 training, 2 test; without a split the test is on the training rows
 * @param keys what each class is known by, for draws of classes that do not hang on their numbers
 * @throws AppError noClassWithTwoImages where too few rows are left to learn from
 */
export function divideRows(
  loaded: { readonly source: InputSource; readonly isReadable: Uint8Array },
  labels: Int32Array,
  split: Uint8Array,
  options: Pick<TrainingOptions, 'split'>,
  keys?: readonly string[],
): TrainingData {
  const part = (wanted: number) =>
    pickRows(labels, (row) => split[row] === wanted && loaded.isReadable[row] === 1, keys)
  const training = renumber(part(splitPart.train))
  checkTrainable(training)
  const test = part(options.split === 'none' ? splitPart.train : splitPart.test)
  return { source: loaded.source, training, test }
}

const recipes = { frozen: headRecipe, small: pixelRecipe, residual: pixelRecipe }

/**
 * Trains by the recipe of the network. What happens goes to `context.report` and
 * `context.records`. Null where it was cancelled before there was anything to keep.
 */
export async function trainModel(
  context: TrainingContext,
  data: TrainingData,
): Promise<TrainedModel | null> {
  const { network, tuned } = context.options
  const recipe = tuned === undefined ? recipes[network] : tunedRecipe
  const done = await recipe.follow(context, data)
  if (done === null) return null
  const { saved, before, closedForm, validation, ended, kept } = done
  return { saved, before, closedForm, validation, ended, kept }
}

/** Embeddings [test rows, embeddingSize] by a saved model. */
export async function embedTest(
  saved: SavedModel,
  { source, test }: Pick<TrainingData, 'source' | 'test'>,
  context: Pick<
    TrainingContext,
    'options' | 'backend' | 'report' | 'interruption' | 'now' | 'breathe'
  >,
): Promise<Matrix> {
  const model = restoreModel(saved, context.backend.models)
  const embeddings = await embedMatrix(context, model, source, test.rows)
  model.dispose()
  return embeddings
}

function checkTrainable(training: LabelledRows): void {
  const sizes = new Map<number, number>()
  for (const label of training.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  if (sizes.size >= 2 && [...sizes.values()].some((size) => size >= 2)) return
  throw new AppError(
    'noClassWithTwoImages',
    'Too few of the images could be read: no two labels with two images each are left. Is the folder still there? Rescan it and train again.',
  )
}
