/** What is wrong with a set of labelled images, as data that the window and the command line word. */
export type SetFinding =
  /** All labelled images show one picture, or nearly so. */
  | { readonly kind: 'allAlike'; readonly images: number }
  /** Each of the labels with several images holds copies of one picture. */
  | { readonly kind: 'copiesWithinLabels'; readonly labels: number }
  /** Two labels hold the same pictures; `pairs` is the number of pairs of labels that do. */
  | {
      readonly kind: 'sharedPictures'
      readonly first: string
      readonly second: string
      readonly pictures: number
      readonly pairs: number
    }
