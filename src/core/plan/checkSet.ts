import { AppError } from '../../shared/errors'
import { countClasses } from '../evaluation/splitParts'
import { picturesOfClasses } from '../findings/setFindings'
import type { PlanInput } from './planInput'

export function checkEnough(imageCount: number, sizes: readonly number[]): void {
  if (imageCount === 0) {
    throw new AppError(
      'noImages',
      'There are no images to train on. Choose a folder that holds images, one sub-folder a label.',
    )
  }
  const classCount = countClasses(sizes)
  if (classCount < 2) {
    throw new AppError(
      'tooFewClasses',
      classCount === 0
        ? 'None of the images has a label. Put them into one sub-folder per label, add a labels.csv, or label some in the library; two labels are needed.'
        : 'All labelled images have the same label. Training learns what tells labels apart: give it at least two.',
      { classes: classCount },
    )
  }
  checkTrainable(sizes)
}

/** @throws AppError noVariation where all labelled images are one file */
export function checkVaried({ labels, images }: PlanInput): void {
  if (images === undefined) return
  let count = 0
  let known = ''
  for (const [image, label] of labels.entries()) {
    if (label < 0) continue
    const sha256 = images.sha256[image]!
    if (count > 0 && sha256 !== known) return
    known = sha256
    count++
  }
  throw new AppError(
    'noVariation',
    `All ${count} labelled images are copies of one file, so nothing can tell them apart. Add images that differ, or check whether the right folder was opened.`,
    { images: count },
  )
}

export function checkTrainable(sizes: readonly number[]): void {
  if (sizes.some((size) => size >= 2)) return
  throw new AppError(
    'noClassWithTwoImages',
    'No label has two images to train on. Training compares images of one label with each other: add images, or merge labels.',
  )
}

/** @throws AppError invalidInput where a split was asked for that leaves nothing to test on */
export function checkTestable(
  kind: 'byClass' | 'byImage',
  testSizes: readonly number[],
  { labels, contents }: Pick<PlanInput, 'labels' | 'contents'>,
): void {
  // Among images of a single label every answer is right.
  const isSingle = kind === 'byClass' && countClasses(testSizes) === 1
  if (!isSingle && testSizes.some((size) => size >= 2)) return
  const pictures = picturesOfClasses(labels, contents)
  const copies =
    kind === 'byImage' && pictures.length > 0 && pictures.every((count) => count < 2)
      ? ' All images of each label are copies of one picture, and copies stay together.'
      : ''
  throw new AppError(
    'invalidInput',
    isSingle
      ? 'Only one label with images is kept unseen, and among images of a single label every answer is right. Keep at least two unseen, or train without a test part.'
      : kind === 'byClass'
        ? 'None of the labels that are kept unseen has two images, so nothing could be tested. Keep other labels unseen, or train without a test part.'
        : `No label has two images that are kept unseen, so nothing could be tested.${copies} Keep a greater share unseen, or train without a test part.`,
    { split: kind },
  )
}
