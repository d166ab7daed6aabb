export const compare = {
  tab: 'Compare',
  tabHint: 'Two finished runs against each other',
  run: 'Run {letter}',
  swap: 'Swap A and B',
  computing: 'Comparing the two runs',
  range: '{low} to {high}',
  empty: {
    title: 'Two finished runs are needed',
    text: 'Train twice with different options or labels; then what changed between the two is shown here.',
    toRuns: 'Show the runs',
  },
  metrics: {
    heading: 'Figures on today’s labels',
    interval: '95 % interval',
    nothingShared:
      'The two runs have no test image in common that has another of its label to find.',
    sameTest: 'On {images} test images of {labels} labels, the same for both.',
    sharedTest:
      'Only on the {images} test images of {labels} labels that both have; the two kept different labels or images aside.',
    over: {
      labels: 'Interval by a paired bootstrap over labels; coloured only where it excludes 0.',
      images:
        'Interval by a paired bootstrap over images, because there are few labels; coloured only where it excludes 0.',
    },
  },
  options: {
    heading: 'Options that differ',
    option: 'Option',
    none: 'none',
    same: 'The two runs were made with the same options.',
  },
  curves: {
    heading: 'Curves',
    quality: 'MAP@R by epoch',
    qualityHelp:
      'On what each run kept aside, with the labels of then. Runs with different test labels cannot be ranked by it.',
    otherLosses: 'Loss (different losses: not on one scale)',
    none: 'None of these runs trained a step: they kept a closed form.',
    more: 'More runs in the curves',
  },
  labels: {
    heading: 'Difference by label',
    search: 'Search labels',
    help: 'MAP@R of the test images of each label. Interval over the images of the label; of many labels, one in twenty excludes 0 by chance.',
    none: 'No label of this name is tested by both runs.',
    few: 'too few images',
    more: '{shown} of {all} labels; search to find others.',
    columns: { name: 'Label', queries: 'Images' },
  },
  neighbours: {
    heading: 'Images whose neighbours changed most',
    scope:
      'The {count} nearest of {all} images in A and in B: on average {overlap} in common (shared over all). Framed: only on that side.',
    sample:
      'The {count} nearest, asked for a sample of {asked} of {all} images: on average {overlap} in common (shared over all). Framed: only on that side.',
    none: 'Every image has the same neighbours in both runs.',
    choose: 'Select {name} on both maps',
    right: 'none with its label | {n} of {all} with its label | {n} of {all} with its label',
    more: 'Show more',
  },
  maps: {
    heading: 'Both maps',
    help: 'B is turned and scaled onto A. Both have one view and one selection; distances between groups say little on either.',
    picture:
      'Map of run {letter} with no images | Map of run {letter} with one image | Map of run {letter} with {n} images',
    show: 'Show both maps',
    computing: 'Computing the map',
    failed: 'The map could not be computed.',
    again: 'Try again',
  },
}
