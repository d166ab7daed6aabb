import type { TrainingOptions } from '../../shared/model/training'
import { outsideComponents } from '../objective/outsideComponents'

/** What beside its options decides the numbers of a row. */
export interface SweepMaterial {
  /** Contents of the images, in the order of the rows. */
  readonly sha256: readonly string[]
  readonly labels: Int32Array
  readonly split: Uint8Array
  /** Of the program: another one may train otherwise. */
  readonly version: string
}

/** Text of the images, their classes and their split; equal text, equal training. */
export function materialText({ sha256, labels, split, version }: SweepMaterial): string {
  const rows = sha256.map((key, row) => `${key} ${labels[row]} ${split[row]}`)
  return [version, ...rows].join('\n')
}

/**
 * Text of everything that decides a row, in an order that does not depend on how the options were
 * put together, with the versions of losses and miners from outside. The material comes as its hash, because it is long and shared by all rows.
 */
export function rowText(options: TrainingOptions, materialHash: string): string {
  const own = outsideComponents(options).map(
    ({ kind, name, version }) => `\n${kind} ${name} ${version}`,
  )
  // A sweep compares no networks, and sweeps of before had no such word.
  const { quality: _, ...deciding } = options
  return `${materialHash}\n${sorted(deciding)}${own.join('')}`
}

/** JSON with the keys of every object in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
