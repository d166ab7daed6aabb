/** What the tables of what one click keeps do not say by themselves; printed below them. */
export const keptRemarks: readonly string[] = [
  'The seed draws the split and the training, so that each seed of a set has other test labels and its figures differ by these more than by chance in training. The emoji have one split, and there the seed draws the training alone.',
  'The best of the others is chosen on the test part, which the program may not look at when it chooses: that is harder than a fair comparison. Of 40 intervals one is expected to lie wholly below 0 by chance. Where nothing but rounding differs, below .0005, nothing counts as worse.',
  'Intervals are drawn over test labels, over images where there are fewer than five labels; these are too narrow, for images of one label are no independent witnesses.',
  'Constants of the choice (how to hold out, shrinkage, rates) were set on training labels of the emoji, with early looks at Fashion-MNIST and the stamps. The icons and the photographs took no part in any of it.',
]
