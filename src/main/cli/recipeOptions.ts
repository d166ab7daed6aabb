import { proxyStarts } from '../../shared/model/training'
import type { CommandOption } from './command'

/** Options of `train` that say how a step is made and what is done when training goes wrong. */
export function recipeOptions(names: {
  readonly losses: readonly string[]
  readonly reducers: readonly string[]
  readonly regularizers: readonly string[]
}): readonly CommandOption[] {
  return [
    {
      name: 'add-loss',
      kind: 'pair',
      value: 'NAME=WEIGHT',
      meaning: `a loss to add to --loss, with its weight; may be repeated; its options are --loss-option NAME.OPTION=VALUE: ${names.losses.join(', ')}`,
    },
    {
      name: 'proxy-start',
      kind: 'text',
      choices: proxyStarts,
      meaning:
        'where proxies, centres and class weights of a loss begin: at the means of their labels, as they do on a closed form, or at random, as they do else',
    },
    {
      name: 'reducer',
      kind: 'text',
      choices: names.reducers,
      meaning: 'how the elements of the loss become one number',
    },
    {
      name: 'regularizer',
      kind: 'text',
      choices: [...names.regularizers, 'none'],
      meaning: 'term on the embeddings that is added to the loss',
    },
    {
      name: 'regularizer-weight',
      kind: 'number',
      value: 'W',
      minimum: 0,
      maximum: 1e6,
      meaning: 'what the regularizer is multiplied by',
    },
    {
      name: 'schedule',
      kind: 'text',
      choices: ['constant', 'cosine'],
      meaning: 'how the learning rate goes over the run',
    },
    {
      name: 'warm-up-steps',
      kind: 'integer',
      value: 'N',
      minimum: 0,
      maximum: 1_000_000,
      meaning: 'steps in which the learning rate rises from 0',
    },
    {
      name: 'miner-warm-up',
      kind: 'number',
      value: 'S',
      minimum: 0,
      maximum: 1,
      meaning: 'share of the steps in which a miner of the hardest gives way to semi-hard',
    },
    {
      name: 'patience',
      kind: 'integer',
      value: 'N',
      words: ['none'],
      minimum: 1,
      maximum: 10_000,
      meaning: 'end after so many epochs without a better MAP@R on validation labels',
    },
    {
      name: 'gradient-clip',
      kind: 'number',
      value: 'G',
      words: ['none'],
      minimum: 1e-6,
      maximum: 1e6,
      meaning: 'greatest norm of a gradient',
    },
    {
      name: 'weight-decay',
      kind: 'number',
      value: 'D',
      minimum: 0,
      maximum: 10,
      meaning: 'by how much weights shrink with each step, times the learning rate',
    },
    {
      name: 'ema-decay',
      kind: 'number',
      value: 'D',
      minimum: 0,
      maximum: 0.99999,
      meaning: 'keep a running average of the weights with this decay, for instance 0.99; 0: none',
    },
    {
      name: 'remedies',
      kind: 'flag',
      meaning: 'remedy a collapse, a loss at rest or a loss that is no number while it trains',
    },
    { name: 'no-remedies', kind: 'flag', meaning: 'only say so' },
    {
      name: 'features',
      kind: 'text',
      value: 'LAYERS',
      meaning:
        'layers of the frozen network that features are taken from, for instance conv12+conv13; pooled is the last',
    },
  ]
}
