import { networkNames, networks, type Result } from './contenders'
import { remarks } from './remarks'
import { tablesOf } from './report'

/** Where and how the figures were made. */
export interface Origin {
  readonly command: string
  readonly date: string
  readonly machine: string
  readonly versions: string
  readonly inputs: string
}

/** docs/quality.md. */
export function markdownOf(results: readonly Result[], origin: Origin): string {
  const seeds = new Set(results.map(({ seed }) => seed)).size
  const settings = networkNames
    .filter((name) => results.some(({ network }) => network === name))
    .map((name) => {
      const { title, steps, classesPerBatch, imagesPerClass, learningRate, embeddingSize } =
        networks[name]
      return `- ${title}: ${embeddingSize} numbers an embedding, ${steps} steps of ${classesPerBatch} classes x ${imagesPerClass} images, Adam at ${learningRate}.`
    })
  const backends = [...new Set(results.map(({ backend }) => backend))].join('; ')
  return [
    '# What each loss learns',
    '',
    'Retrieval among emoji of 187 classes that no training has seen: the other 700 classes train, eight drawings each, 7,096 in all (`test/fixtures/emojiSplit.json`). Leave-one-out by cosine; MAP@R, and P@1 which is Recall@1. The steps are fixed and nothing is chosen by the unseen classes. Every loss and miner has its default options.',
    '',
    `Written by \`${origin.command}\` on ${origin.date}; do not edit.`,
    '',
    `- Machine: ${origin.machine}; training on ${backends}`,
    `- Versions: ${origin.versions}`,
    `- Inputs: ${origin.inputs}`,
    `- Seeds: ${seeds}; the mean, ± the standard deviation of the seeds`,
    ...settings,
    '',
    'Reference: PyTorch with pytorch-metric-learning on the same pictures, network, batches and steps, MAP@R / P@1. From pixels it is one seed.',
    '',
    ...tablesOf(results).flatMap(({ title, lines }) => [`## ${title}`, '', ...lines, '']),
    ...(remarks.length > 0
      ? ['## How to read it', '', ...remarks.map((line) => `- ${line}`), '']
      : []),
  ].join('\n')
}
