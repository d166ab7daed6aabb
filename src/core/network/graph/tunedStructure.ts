import type { GraphNode } from './graphNodes'

/** Where features are taken from a network: the average of a map over the picture. */
export interface Tap {
  readonly node: string
  readonly channels: number
  /** Null: averages as they are; else their square roots, times this. */
  readonly rootScale: number | null
}

/** The part of a pretrained network that is trained, as plain data. */
export interface TunedStructure {
  /** The place whose map `[height, width, channels]` is the input. */
  readonly from: string
  readonly nodes: readonly GraphNode[]
  /** Their features one after another are what the head sees. */
  readonly taps: readonly Tap[]
}

/** Numbers that its head takes. */
export const featureCountOf = (structure: Pick<TunedStructure, 'taps'> | undefined): number =>
  (structure?.taps ?? []).reduce((sum, { channels }) => sum + channels, 0)
