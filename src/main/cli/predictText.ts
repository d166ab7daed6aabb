import type { PredictionFigure, PredictionReport } from '../../shared/model/prediction'
import type { PredictOutcome } from './predict'
import { count, countOf } from './session'

/** A share as a percentage with at most one decimal. */
const percentText = (share: number): string => `${Number((100 * share).toFixed(1))} %`

/** For instance `0.954 (0.900 to 1.000)`. */
const figureWithInterval = ({ value, low, high }: PredictionFigure): string =>
  low === null || high === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`

const ruleText = ({ rule, k }: { rule: PredictionReport['rule']; k: number }): string =>
  ({
    vote: `the vote of the ${k} nearest images`,
    weightedVote: `the vote of the ${k} nearest images, weighted by nearness`,
    classMean: 'the nearest mean of a label',
  })[rule]

const named = (name: string, figure: PredictionFigure | null): string | null =>
  figure === null ? null : `${name} ${figureWithInterval(figure)}`

const joined = (parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null).join(', ')

/** How the saved model predicts, for the summary of a run. */
export function predictionLines(report: PredictionReport | null): string[] {
  if (report === null) return []
  const { heldOut, labels, known, threshold } = report
  if (heldOut === 'nothing') {
    return [
      'Prediction: nothing was kept unseen, so nothing says how well the model predicts, its confidence is not calibrated and it has no threshold for unknown images.',
    ]
  }
  const what =
    heldOut === 'labels'
      ? `images of ${countOf(labels, 'label')} that training never saw`
      : `${countOf(known, 'image')} that training never saw`
  const figures = joined([
    named('accuracy', report.accuracy),
    named('AUROC of unknown against known', report.auroc),
    named('calibration error', report.calibrationError),
    named('OPIS', report.opis),
  ])
  const lines = [
    figures === ''
      ? `Prediction: ${what} were too few to measure it.`
      : `Prediction by ${ruleText({ rule: report.rule, k: report.neighbours })}, on ${what}: ${figures}.`,
  ]
  if (threshold !== null) {
    const { asked, falseAccept, falseReject } = threshold
    lines.push(
      `  Threshold for ${percentText(asked)} of unknown images taken for known: on labels that it was not chosen by, ${percentText(falseAccept.value)} of them are, and ${percentText(falseReject.value)} of known images are taken for unknown.`,
    )
  }
  if (heldOut === 'images') {
    lines.push(
      '  Training saw other images of these labels: truly unknown ones are taken for known more often. OPIS needs labels that training never saw.',
    )
  }
  if (report.accuracy !== null && report.accuracy.low === null) {
    lines.push(`  ${countOf(labels, 'label')}: too few for intervals.`)
  }
  return lines
}

/** What was predicted, for a person. */
export function predictText(outcome: PredictOutcome): string {
  const { images, out, threshold, falseAccept, falseReject, unknown, evaluation } = outcome
  const lines = [`${countOf(images, 'image')} answered by ${ruleText(outcome)}, in ${out}`]
  if (threshold === null || unknown === null) {
    lines.push(
      'Nothing was held out of the training of this model, so there is no threshold for unknown images: "known" is empty.',
    )
  } else {
    const lost =
      falseReject === null
        ? ''
        : `, which takes ${percentText(falseReject)} of held-out known images for unknown`
    const trained =
      outcome.heldOut === 'images'
        ? ' Training saw other images of those labels: of truly unknown images more are taken for known.'
        : ''
    lines.push(
      `${count(unknown)} of them none of these: beyond the threshold for ${percentText(falseAccept)} of unknown images taken for known${lost}.${trained}`,
    )
  }
  if (!outcome.isCalibrated) {
    lines.push(
      'Confidence is the plain share of the vote, as nothing was held out to calibrate it.',
    )
  }
  if (evaluation === null) return lines.join('\n')
  const left = joined([
    evaluation.carried > 0
      ? `${countOf(evaluation.carried, 'image')} left out that the model carries`
      : null,
    evaluation.withoutLabel > 0
      ? `${count(evaluation.withoutLabel)} without a label, or with two`
      : null,
  ])
  lines.push(
    `Against the labels of ${countOf(evaluation.known, 'image')} of labels that the model knows and ${count(evaluation.unknown)} of others${left === '' ? '' : ` (${left})`}:`,
  )
  const figures = joined([
    named('accuracy', evaluation.accuracy),
    named('AUROC of unknown against known', evaluation.auroc),
    named('area under OSCR', evaluation.oscr),
    named('calibration error', evaluation.calibrationError),
    evaluation.falseAccept === null
      ? null
      : `${percentText(evaluation.falseAccept.value)} of unknown taken for known`,
    evaluation.falseReject === null
      ? null
      : `${percentText(evaluation.falseReject.value)} of known taken for unknown`,
  ])
  lines.push(
    figures === '' ? '  nothing is left that could be measured.' : `  ${figures}`,
    `  in full in ${evaluation.file}`,
  )
  return lines.join('\n')
}
