import { losses } from '../../core/losses'
import { miners } from '../../core/miners'
import type { TrainingRequest } from '../../shared/model/training'
import { type ParsedCommand, UsageError } from './parse'

/** The training request of the options of `train`; what is not given stays open. */
export function requestOf(parsed: ParsedCommand): TrainingRequest {
  const { texts, numbers } = parsed
  const text = <T extends string>(name: string) => texts.get(name) as T | undefined
  const loss = lossOf(parsed)
  const miner = minerOf(parsed)
  const entries = {
    network: text<'frozen' | 'small'>('network'),
    loss,
    miner,
    distance: text('distance'),
    embeddingSize: numbers.get('embedding-size'),
    classesPerBatch: numbers.get('classes-per-batch'),
    imagesPerClass: numbers.get('images-per-class'),
    epochs: numbers.get('epochs'),
    steps: numbers.get('steps'),
    minutes: numbers.get('minutes'),
    learningRate: numbers.get('learning-rate'),
    imageSizePx: numbers.get('image-size'),
    split: text<'byClass' | 'byImage' | 'none'>('split'),
    testShare: numbers.get('test-share'),
    seed: numbers.get('seed'),
    backend: text<'auto' | 'tensorflow' | 'wasm' | 'js'>('backend'),
    start: text<'lda' | 'pca' | 'random'>('start'),
  }
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined),
  ) as TrainingRequest
}

type Options = Record<string, number | boolean | string>

function lossOf(parsed: ParsedCommand): TrainingRequest['loss'] {
  const name = parsed.texts.get('loss')
  const margin = parsed.numbers.get('margin')
  const given: Options = Object.fromEntries(parsed.pairs.get('loss-option') ?? [])
  if (name === undefined) {
    if (margin === undefined && Object.keys(given).length === 0) return undefined
    const asked = margin === undefined ? '--loss-option' : '--margin'
    throw new UsageError(
      `${asked} belongs to a loss. Say which, for instance: --loss triplet ${asked} ${margin ?? 'NAME=VALUE'}.`,
    )
  }
  const { schema } = losses.get(name)
  if (margin !== undefined) {
    const marginName = ['margin', 'negativeMargin'].find((option) => option in schema)
    if (marginName === undefined) {
      const having = losses.entries
        .filter((loss) => 'margin' in loss.schema)
        .map((loss) => loss.name)
      throw new UsageError(
        `The loss ${name} has no margin. Leave --margin out, or choose one of: ${having.join(', ')}.`,
      )
    }
    given[
      marginName === 'margin' && name === 'contrastive' ? contrastiveMargin(given) : marginName
    ] = margin
  }
  checkNames('loss', name, given, Object.keys(schema))
  return { name, options: given }
}

/** The two forms of the contrastive loss name their margin differently. */
const contrastiveMargin = (given: Options): string =>
  given['form'] === 'hadsell' ? 'margin' : 'negativeMargin'

function minerOf(parsed: ParsedCommand): TrainingRequest['miner'] {
  const name = parsed.texts.get('miner')
  const given: Options = Object.fromEntries(parsed.pairs.get('miner-option') ?? [])
  if (name === undefined || name === 'none') {
    if (Object.keys(given).length > 0) {
      throw new UsageError('--miner-option belongs to a miner. Say which with --miner NAME.')
    }
    return name === undefined ? undefined : null
  }
  checkNames('miner', name, given, Object.keys(miners.get(name).schema))
  return { name, options: given }
}

function checkNames(kind: string, name: string, given: Options, known: readonly string[]): void {
  for (const option of Object.keys(given)) {
    if (known.includes(option) || option === 'normalized') continue
    const choice = known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`
    throw new UsageError(`The ${kind} ${name} has no option "${option}". ${choice}`)
  }
}
