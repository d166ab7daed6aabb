import {
  headStarts,
  proxyStarts,
  type TrainingOptions,
  type TrainingRequest,
} from '../../../../shared/model/training'

type Field = keyof TrainingRequest & keyof TrainingOptions

interface Common {
  readonly field: Field
  /** Whether it says anything with these options. */
  readonly shown?: (options: TrainingOptions) => boolean
}
interface NumberRange {
  readonly minimum: number
  readonly maximum: number
  readonly step: number | 'any'
}
/** An option of the recipe as the form shows it; its words are `training.advanced.<field>`. */
export type RecipeField = Common &
  (
    | ({ readonly kind: 'number' } & NumberRange)
    /** null switches it off; `on` is where switching it on begins. */
    | ({ readonly kind: 'optional'; readonly on: number } & NumberRange)
    /** A number, or found before training. */
    | ({ readonly kind: 'rate' } & NumberRange)
    | { readonly kind: 'switch' }
    /** Layers of the frozen network, joined with +. */
    | { readonly kind: 'layers' }
    /** The words of a choice are `training.advanced.<words>.<name>`. */
    | { readonly kind: 'choice'; readonly names: readonly string[]; readonly words: string }
  )

export interface RecipeGroup {
  readonly key: 'loss' | 'network' | 'batch' | 'optimizer' | 'test'
  readonly fields: readonly RecipeField[]
}

const isFrozen = ({ network }: TrainingOptions): boolean => network === 'frozen'
const whole = (field: Field, minimum: number, maximum: number): RecipeField => ({
  field,
  kind: 'number',
  minimum,
  maximum,
  step: 1,
})
const share = (field: Field, minimum: number, maximum: number): RecipeField => ({
  field,
  kind: 'number',
  minimum,
  maximum,
  step: 'any',
})

/** The limits are those of `trainingRequest`. */
export const recipeGroups: readonly RecipeGroup[] = [
  {
    key: 'loss',
    fields: [
      {
        field: 'proxyStart',
        kind: 'choice',
        names: proxyStarts,
        words: 'proxyStarts',
        shown: ({ proxyStart }) => proxyStart !== undefined,
      },
      { ...share('minerWarmUp', 0, 1), shown: ({ miner }) => miner !== null },
      { field: 'remedies', kind: 'switch' },
    ],
  },
  {
    key: 'network',
    fields: [
      { field: 'network', kind: 'choice', names: ['frozen', 'small'], words: 'networks' },
      {
        field: 'start',
        kind: 'choice',
        names: headStarts,
        words: 'starts',
        shown: isFrozen,
      },
      { field: 'features', kind: 'layers', shown: isFrozen },
      whole('embeddingSize', 2, 4096),
      { ...whole('imageSizePx', 16, 512), shown: (options) => !isFrozen(options) },
    ],
  },
  {
    key: 'batch',
    fields: [
      whole('classesPerBatch', 2, 1024),
      whole('imagesPerClass', 2, 256),
      whole('epochs', 1, 10_000),
      { field: 'patience', kind: 'optional', on: 5, minimum: 1, maximum: 10_000, step: 1 },
    ],
  },
  {
    key: 'optimizer',
    fields: [
      { field: 'learningRate', kind: 'rate', minimum: 1e-8, maximum: 10, step: 'any' },
      { field: 'schedule', kind: 'choice', names: ['constant', 'cosine'], words: 'schedules' },
      whole('warmUpSteps', 0, 1_000_000),
      { field: 'gradientClip', kind: 'optional', on: 10, minimum: 1e-6, maximum: 1e6, step: 'any' },
      share('weightDecay', 0, 10),
      share('emaDecay', 0, 0.99999),
    ],
  },
  {
    key: 'test',
    fields: [
      { field: 'split', kind: 'choice', names: ['byClass', 'byImage', 'none'], words: 'splits' },
      { ...share('testShare', 0.01, 0.9), shown: ({ split }) => split !== 'none' },
      whole('seed', 0, 2 ** 31 - 1),
      {
        field: 'backend',
        kind: 'choice',
        names: ['auto', 'tensorflow', 'wasm', 'js'],
        words: 'backends',
      },
    ],
  },
]
