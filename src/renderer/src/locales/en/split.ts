export const split = {
  labels: 'no labels kept unseen | 1 label kept unseen | {count} labels kept unseen',
  images: 'no images kept unseen | 1 image kept unseen | {count} images kept unseen',
  leftOut:
    'no near-duplicates | 1 image does not train: a near-duplicate of it is kept unseen. | {count} images do not train: near-duplicates of theirs are kept unseen.',
  waiting:
    'none waits | 1 label trains until it has a second image, then it is kept unseen. | {count} labels train until they have a second image, then they are kept unseen.',
  changedSides:
    'no image changed sides | 1 image changed sides since the last run, by a correction or another choice of what is kept unseen. | {count} images changed sides since the last run, by corrections or another choice of what is kept unseen.',
  merge: {
    after: '{what}. {moved}',
    toTraining:
      'nothing | 1 image is kept unseen: it goes into training. | {count} images are kept unseen: they go into training.',
    toTest:
      'nothing | 1 image is trained on: it goes into the test. | {count} images are trained on: they go into the test.',
    wentToTraining:
      'nothing | 1 image that was kept unseen trains now. | {count} images that were kept unseen train now.',
    wentToTest:
      'nothing | 1 image that was trained on is in the test now. | {count} images that were trained on are in the test now.',
  },
  title: 'Kept unseen',
  about:
    'No run trains on these. They stay the same whatever you correct or add, so that runs can be compared.',
  aboutImages:
    'No run trains on these images. Each stays where it is whatever you correct or add, so that runs can be compared.',
  seed: 'Seed',
  drawAgain: 'Draw again',
  backToDraw: 'Back to the draw',
  filter: 'Find a label',
  show: 'Labels to show',
  showUnseen: 'Kept unseen ({count})',
  showAll: 'All labels ({count})',
  none: 'No label is called so.',
  imageCount: '1 image | 1 image | {count} images',
  ofImages: '{test} of {count} images',
  byHand: 'chosen by hand',
  waits: 'one image: trains for now',
  leftOutOf: '{count} left out',
  showLeftOut: 'Show them',
  more: 'One more; type to find it. | One more; type to find it. | {count} more; type to find them.',
  warning:
    'Runs before and after this are tested on different labels and will not be compared in one ranking.',
  warningImages:
    'Runs before and after this are tested on different images and will not be compared in one ranking.',
  atLeast: 'Keep at least one label with two images unseen, and leave at least one to train on.',
  apply: 'Keep these unseen',
  close: 'Close',
  cancel: 'Cancel',
  chosen: 'What is kept unseen was changed.',
  restored: 'What was kept unseen before is back.',
  undo: 'Undo',
  loading: 'Looking at what is kept unseen',
}
