import { gaveStartBack, type HeldOutScore, type KeptModel } from '../../shared/model/kept'
import { isTooLarge, type TrainingOptions, type TrainingPlan } from '../../shared/model/training'
import { figureText } from './figureText'
import type { MetricsFile } from './results'

const keptNames = { whitening: 'whitening', analysis: 'discriminant analysis' } as const

/** Which of features, closed form and trained head is kept, and why; null where nothing was chosen. */
export function keptText({ kept }: Pick<MetricsFile, 'kept'>): string | null {
  if (kept === null) return null
  const { what, closedForm, reason, heldOut } = kept
  if (reason === 'nothingHeldOut') {
    const nothing =
      'There were too few images to hold some out, so nothing says whether training helped'
    return what === 'features'
      ? `Kept: the features as they are. ${nothing}, and without that the simplest is kept. What may help: at least three images of a label, or four labels to train on.`
      : `Kept: the trained head. ${nothing}.`
  }
  if (reason === 'openEnd') {
    return 'Kept: the trained head. --minutes ends it, so it was not tried on held-out labels whether it helps; give --steps or --epochs to have the best kept.'
  }
  if (reason === 'notWeighed') {
    return `Kept: ${what === 'features' ? 'the features as they are' : 'the closed form'}. It ended before what was trained could be held against it on held-out labels, or was whole; --resume goes on with a run that was told to end.`
  }
  const form = `the closed form (${keptNames[closedForm]})`
  const kind = heldOut?.over ?? 'labels'
  const score = (of: { readonly mapAtR: number } | undefined) => figureText(of?.mapAtR).trim()
  const trained = heldOut?.trained
  const found = `on training ${kind} held out for that, MAP@R ${score(trained?.score)} trained, ${score(trained?.without)} without`
  if (heldOut?.network !== undefined) return networkText(kept, form)
  if (what === 'trained') return `Kept: the trained head, started from ${form}; ${found}.`
  if (trained && gaveStartBack(kept)) {
    return `Kept: ${form}. Training did not help: on ${trained.count} training ${kind} held out for that, no epoch was better than it, MAP@R ${score(trained.without)}. What may help: correct labels, more images of each label, more labels, other --features.`
  }
  const name = what === 'features' ? 'the features as they are' : form
  const gain = trained?.gain ?? { mapAtR: 0, standardError: 0 }
  const difference = `a difference of ${gain.mapAtR.toFixed(3)} with a standard error of ${gain.standardError.toFixed(3)}`
  return `Kept: ${name}. Training did not clearly help: ${found}, ${difference}. What may help: correct labels, more images of each label, more labels, other --features.`
}

/** Of a run that trained a part of the network. */
function networkText({ what, heldOut }: KeptModel, form: string): string {
  const { count, tuned, refitted, without, gain } = heldOut!.network!
  const score = ({ mapAtR }: HeldOutScore) => figureText(mapAtR).trim()
  const found = `on ${count} training ${heldOut!.over} held out for that, MAP@R ${score(tuned)} tuned, ${score(refitted)} with the closed form fitted again, ${score(without)} without, a difference of ${gain.mapAtR.toFixed(3)} with a standard error of ${gain.standardError.toFixed(3)}`
  const names: Readonly<Record<KeptModel['what'], string>> = {
    tuned: 'the network that was trained, with its head',
    refitted: 'the network that was trained, with the closed form fitted again on its features',
    trained: 'a head on the features as they are',
    closedForm: form,
    features: 'the features as they are',
  }
  if (what === 'tuned' || what === 'refitted') return `Kept: ${names[what]}; ${found}.`
  return `Kept: ${names[what]}. Training the network did not clearly help: ${found}. What may help: more labels, more images of each, more --steps, another --learning-rate.`
}

/** What a run trains that trains more than the head. */
export function tunedText({ tuned }: Pick<TrainingOptions, 'tuned'>): string {
  const { blocks = 0, multiplyAdds = 0 } = tuned ?? {}
  const part = multiplyAdds === 0 ? 'the whole network' : `the last ${blocks} blocks of the network`
  return `${part} and a head`
}

/** Whether augmented copies took part, and why; null where the run made none. */
export function copiesText({ kept }: Pick<MetricsFile, 'kept'>): string | null {
  const copies = kept?.copies
  if (copies === undefined) return null
  const { each, isUsed, heldOut } = copies
  const what = each === 1 ? 'copy of each training image' : 'copies of each training image'
  if (heldOut === null) {
    return `Not used: ${each} augmented ${what}. There were too few images to hold some out and see whether they help.`
  }
  const { gain } = heldOut
  const over = kept?.heldOut?.over ?? 'labels'
  return `${isUsed ? 'Used' : 'Not used'}: ${each} augmented ${what}. On training ${over} held out for that the closed form reaches MAP@R ${figureText(heldOut.with.mapAtR).trim()} with, ${figureText(heldOut.without.mapAtR).trim()} without, a difference of ${gain.mapAtR.toFixed(3)} with a standard error of ${gain.standardError.toFixed(3)}.`
}

/** What training a part of the network takes of memory and disk. */
export function tuningLines({ tuning }: Pick<TrainingPlan, 'tuning'>): readonly string[] {
  if (tuning === undefined) return []
  const { bytes, machineBytes = 0, mapBytes } = tuning
  const gigabytes = (size: number) => `${(size / 1e9).toFixed(1)} GB`
  const disk =
    mapBytes === 0 ? '' : `, and ${gigabytes(mapBytes)} of the disk for what goes into it`
  return [
    `Training the network takes about ${gigabytes(bytes)} of memory for a step${disk}. What comes of it is kept only where held-out training labels find it better.`,
    ...(isTooLarge(tuning)
      ? [
          `Note: this machine has ${gigabytes(machineBytes)}; a step may fail or take very long. Train fewer blocks, or smaller batches (--classes-per-batch).`,
        ]
      : []),
  ]
}
