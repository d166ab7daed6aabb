/**
 * Kinds of work whose speed differs from machine to machine. An amount of each is counted before a
 * run, to say how long it will take, and again while it is done, to learn how long it took.
 */
export const workKinds = [
  /** Of worker, backend and networks: once. */
  'starting',
  /** Frozen features that are not in the cache, in passes of {@link featurePass}. */
  'features',
  /** Cached numbers of features, in millions. */
  'reading',
  /** Pictures decoded for a network from the pixels. */
  'decoding',
  /** Scatter, factors and directions of closed forms, in 10^9 multiply-adds. */
  'closedForms',
  /** Images through a step of a head of 400 numbers. */
  'headSteps',
  /** Images of 64 x 64 pixels through a step of the small network. */
  'pixelSteps',
  /** Images through a step of a part of a pretrained network, in 10^9 multiply-adds of its own. */
  'tuningSteps',
  /** Images through such a part, likewise. */
  'tunedEmbedding',
  /** Rows through a head or a closed form, in 10^9 multiply-adds. */
  'embedding',
  /** Images of 64 x 64 pixels through the small network. */
  'pixelEmbedding',
  /** Images through a step of a residual network, in 10^9 multiply-adds of the way there. */
  'residualSteps',
  /** Images through a residual network, in 10^9 multiply-adds. */
  'residualEmbedding',
  /** Retrieval: queries compared with images, in 10^9 multiply-adds. */
  'comparing',
  /** Hardest triplets of saved embeddings, in 10^9 multiply-adds. */
  'mining',
  /** Numbers of embeddings written to the disk, in millions. */
  'writing',
  /** Numbers of embeddings written as text, in millions. */
  'exporting',
  /** The report by label: images compared with all, in 10^9 multiply-adds. */
  'reporting',
  /** Images laid out on a map. */
  'mapping',
] as const
export type WorkKind = (typeof workKinds)[number]

/** Multiply-adds, in millions, of the pass of a picture that `features` counts. */
export const featurePass = 580

/** Seconds for one of each kind, on the backend that will run. */
export type WorkSpeeds = Readonly<Record<WorkKind, number>>

export type WorkAmounts = Readonly<Partial<Record<WorkKind, number>>>

/** Work that is done, and how long it took. */
export interface WorkDone {
  readonly kind: WorkKind
  readonly amount: number
  /** Null: not known, because it was paused or cancelled. */
  readonly seconds: number | null
}

/** A stage of a run or sweep with the work that is planned for it. */
export interface StageWork {
  readonly stage: string
  readonly amounts: WorkAmounts
  /** A clock ends it. */
  readonly limitSeconds?: number
}

export function secondsOf(
  { amounts, limitSeconds = Infinity }: Omit<StageWork, 'stage'>,
  speeds: WorkSpeeds,
): number {
  const seconds = workKinds.reduce((sum, kind) => sum + (amounts[kind] ?? 0) * speeds[kind], 0)
  return Math.min(seconds, limitSeconds)
}

export const secondsOfStages = (stages: readonly StageWork[], speeds: WorkSpeeds): number =>
  stages.reduce((sum, stage) => sum + secondsOf(stage, speeds), 0)

export function addAmounts(...all: readonly WorkAmounts[]): WorkAmounts {
  const sum: Partial<Record<WorkKind, number>> = {}
  for (const amounts of all) {
    for (const kind of workKinds) {
      if (amounts[kind] !== undefined) sum[kind] = (sum[kind] ?? 0) + amounts[kind]
    }
  }
  return sum
}

export function timesAmounts(times: number, amounts: WorkAmounts): WorkAmounts {
  return Object.fromEntries(Object.entries(amounts).map(([kind, amount]) => [kind, times * amount]))
}
