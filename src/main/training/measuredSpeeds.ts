import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { type WorkDone, type WorkKind, workKinds, type WorkSpeeds } from '../../core/work/work'
import type { BackendReport, TrainingOptions } from '../../shared/model/training'
import { jsonFile } from '../settings/jsonFile'
import { shippedSpeeds } from './shippedSpeeds'

/** How fast this machine was at each kind of work, in a file of the cache. */
export interface MeasuredSpeeds {
  /**
   * Of the backend that will run: the one that is known, else the one that ran last.
   * @param known what training runs on in this process; null: nothing has run yet
   */
  of(wanted: TrainingOptions['backend'], known: BackendReport | null): WorkSpeeds
  /** Takes what a run, whole or in part, has measured. */
  learn(backend: BackendReport, done: readonly WorkDone[]): void
}

/**
 * Measurements that are kept of a kind. Their median follows a machine that is slower for good
 * within two runs, and one run on a machine that slept or was busy does not move it far.
 */
const mostMeasured = 3
/** Below that a measurement is mostly of the clock, and what it would tell is of no weight. */
const leastSeconds = 0.2
/** No machine is so much faster or slower than the one that the shipped speeds are of. */
const greatestFactor = 1e6
/** Of so many backends: a machine has few, but their descriptions change with versions. */
const mostBackends = 8

const secondsPerUnit = v.pipe(v.number(), v.finite(), v.gtValue(0))
const fileSchema = v.object({
  /** Of the kinds of work: their amounts are counted otherwise in another version. */
  version: v.literal(1),
  /** The one that ran last comes first. */
  backends: v.array(
    v.object({
      name: v.picklist(['tensorflow', 'wasm', 'js']),
      description: v.string(),
      threads: v.number(),
      /** By kind of work the seconds for one of it, the newest last. */
      seconds: v.record(v.string(), v.array(secondsPerUnit)),
    }),
  ),
})
type MeasuredBackend = v.InferOutput<typeof fileSchema>['backends'][number]

export const speedsFile = (cacheFolder: string): string => join(cacheFolder, 'speeds.json')

/** A file that is missing or damaged counts as one that holds nothing. */
export function openSpeeds(cacheFolder: string): MeasuredSpeeds {
  const file = jsonFile(speedsFile(cacheFolder), fileSchema)
  const read = (): readonly MeasuredBackend[] => file.read()?.backends ?? []
  return {
    of(wanted, known) {
      const isWanted = ({ name }: { readonly name: string }) => wanted === 'auto' || name === wanted
      if (known !== null && isWanted(known)) {
        return speedsOf(known.name, read().find(isOf(known)))
      }
      const last = read().find(isWanted)
      return speedsOf(last?.name ?? (wanted === 'auto' ? 'wasm' : wanted), last)
    },
    learn(backend, done) {
      const backends = read()
      const known = backends.find(isOf(backend))
      const { name, description, threads } = backend
      const seconds = withMeasured(speedsOf(name, known), known?.seconds ?? {}, done)
      const others = backends.filter((other) => other !== known)
      try {
        file.write({
          version: 1,
          backends: [{ name, description, threads, seconds }, ...others].slice(0, mostBackends),
        })
      } catch {
        // A full or read-only disk costs an estimate, not the run.
        return
      }
    },
  }
}

/** A sentence about what of the file no machine can have measured, and is passed over; else null. */
export function strangeSpeeds(cacheFolder: string): string | null {
  const file = speedsFile(cacheFolder)
  if (!existsSync(file)) return null
  const found = jsonFile(file, fileSchema).read()
  if (found === null)
    return `${file} is damaged or of another version, so the speeds of another machine are used.`
  const kinds = workKinds.filter((kind) =>
    found.backends.some(({ name, seconds }) =>
      (seconds[kind] ?? []).some((one) => !isCredible(one, shippedSpeeds[name][kind])),
    ),
  )
  return kinds.length === 0
    ? null
    : `${file} holds speeds that no machine can have (${kinds.join(', ')}); they are passed over.`
}

const isCredible = (seconds: number, shipped: number): boolean =>
  seconds < shipped * greatestFactor && seconds > shipped / greatestFactor

const isOf =
  ({ name, description, threads }: BackendReport) =>
  (one: MeasuredBackend): boolean =>
    one.name === name && one.description === description && one.threads === threads

function speedsOf(name: BackendReport['name'], measured: MeasuredBackend | undefined): WorkSpeeds {
  const shipped = shippedSpeeds[name]
  const speed = (kind: WorkKind) => {
    const credible = (measured?.seconds[kind] ?? []).filter((one) => isCredible(one, shipped[kind]))
    return typicalOf(credible, shipped[kind])
  }
  return Object.fromEntries(workKinds.map((kind) => [kind, speed(kind)])) as unknown as WorkSpeeds
}

/** The median; of two with what was shipped, so that one that is far off does not count. */
function typicalOf(measured: readonly number[], shipped: number): number {
  if (measured.length < 2) return measured[0] ?? shipped
  const last = measured.slice(-mostMeasured)
  const three = last.length < mostMeasured ? [...last, shipped] : last
  return three.sort((a, b) => a - b)[1]!
}

function withMeasured(
  present: WorkSpeeds,
  seconds: MeasuredBackend['seconds'],
  done: readonly WorkDone[],
): MeasuredBackend['seconds'] {
  const changed = { ...seconds }
  for (const kind of workKinds) {
    const measured = done.filter((one) => one.kind === kind && one.seconds !== null)
    const amount = measured.reduce((sum, one) => sum + one.amount, 0)
    const took = measured.reduce((sum, one) => sum + one.seconds!, 0)
    if (amount <= 0 || took <= 0) continue
    if (Math.max(took, amount * present[kind]) < leastSeconds) continue
    changed[kind] = [...(seconds[kind] ?? []), took / amount].slice(-mostMeasured)
  }
  return changed
}
