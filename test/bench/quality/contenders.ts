/** What is compared: losses with the miner they are used with. */
export interface Contender {
  /** Loss, and after a plus its miner. */
  readonly name: string
  readonly loss: string
  readonly miner: string | null
}

const names = [
  'contrastive',
  'triplet',
  'triplet+semiHard',
  'triplet+batchHard',
  'nPair',
  'lifted',
  'liftedHard',
  'generalizedLifted',
  'multiSimilarity+multiSimilarity',
  'supCon',
  'ntXent',
  'circle',
  'angular',
  'margin+distanceWeighted',
  'tuplet',
  'fastAP',
  'smoothAP',
  'recallAtK',
  'snrContrastive',
  'bpr',
  'tcm',
  'proxyNCA',
  'proxyNCAPlusPlus',
  'proxyAnchor',
  'softTriple',
  'arcFace',
  'subCenterArcFace',
  'cosFace',
  'normalizedSoftmax',
] as const

/** Every loss of the article, then the best of the rest. */
export const contenders: readonly Contender[] = names.map((name) => {
  const [loss = name, miner = null] = name.split('+')
  return { name, loss, miner }
})

/** Those named with commas, by loss or with their miner; all when none are named. */
export function chooseContenders(wanted: string | undefined): readonly Contender[] {
  if (wanted === undefined) return contenders
  return wanted.split(',').flatMap((part) => {
    const chosen = contenders.filter(({ name, loss }) => name === part || loss === part)
    if (chosen.length > 0) return chosen
    throw new Error(`No loss "${part}" here. Choose from: ${names.join(', ')}`)
  })
}

/** How a network is trained; the figures of the references were taken the same way. */
export interface Setting {
  readonly title: string
  readonly embeddingSize: number
  readonly steps: number
  readonly classesPerBatch: number
  readonly imagesPerClass: number
  readonly learningRate: number
  readonly start: 'random' | 'lda'
}

export const networks = {
  small: {
    title: 'Small network from pixels',
    embeddingSize: 128,
    steps: 600,
    classesPerBatch: 16,
    imagesPerClass: 4,
    learningRate: 1e-3,
    start: 'random',
  },
  head: {
    title: 'Linear head on frozen features, random start',
    embeddingSize: 256,
    steps: 300,
    classesPerBatch: 32,
    imagesPerClass: 4,
    learningRate: 1e-3,
    start: 'random',
  },
  start: {
    title: 'Linear head on frozen features, started from the closed form',
    embeddingSize: 400,
    steps: 300,
    classesPerBatch: 32,
    imagesPerClass: 4,
    learningRate: 3e-4,
    start: 'lda',
  },
} as const satisfies Record<string, Setting>
export type NetworkName = keyof typeof networks
export const networkNames = Object.keys(networks) as NetworkName[]

const baselines = [
  'raw pixels, 24 px, centred',
  'small network, untrained',
  'small network, untrained, batch norm calibrated',
  'frozen',
  'frozen, PCA-whitened 256',
  'frozen, LDA 256',
  'frozen, closed form of the default start',
] as const
export type BaselineName = (typeof baselines)[number]

/** One piece of work for a process. */
export interface Task {
  readonly network: NetworkName | 'baseline'
  /** Name of a contender or of a baseline. */
  readonly name: string
  readonly seed: number
}

export interface Scores {
  readonly mapAtR: number
  readonly precisionAt1: number
}

export interface Result extends Task {
  /** Null where the run failed. */
  readonly scores: Scores | null
  readonly reason: string | null
  readonly seconds: number
  readonly backend: string
}

export const keyOf = ({ network, name, seed }: Task): string => `${network} ${name} ${seed}`

/** Everything to run: baselines of the chosen networks once or with each seed, then the losses. */
export function listTasks(choice: {
  readonly networks: readonly NetworkName[]
  readonly contenders: readonly Contender[]
  readonly seeds: number
}): readonly Task[] {
  const seeds = Array.from({ length: choice.seeds }, (_, i) => i + 1)
  const hasPixels = choice.networks.includes('small')
  const hasFeatures = choice.networks.some((network) => network !== 'small')
  const chosen = baselines.filter((name) => (name.startsWith('frozen') ? hasFeatures : hasPixels))
  const isDrawn = (name: string) => name.startsWith('small network')
  return [
    ...chosen.flatMap((name) =>
      (isDrawn(name) ? seeds : [1]).map((seed) => ({ network: 'baseline' as const, name, seed })),
    ),
    // Seed by seed, so that what was run before an end by time is even.
    ...seeds.flatMap((seed) =>
      choice.networks.flatMap((network) =>
        choice.contenders.map(({ name }) => ({ network, name, seed })),
      ),
    ),
  ]
}
