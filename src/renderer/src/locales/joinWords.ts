/** What stands between two pieces of a text: no space beside punctuation that brings its own. */
export const gapBetween = (left: string, right: string): '' | ' ' =>
  /[。：；，、？（“]$/u.test(left) || /^[。：；，、？（”]/u.test(right) ? '' : ' '

/** One text of several, those that are empty left out. */
export const joinWords = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .reduce(
      (left, right) => (left === '' ? right : `${left}${gapBetween(left, right)}${right}`),
      '',
    )
