export const importNotes = {
  title: 'Notes',
  more: '{names} and {n} more',
  line: 'line {line}: {image} ({reason})',
  labelsFile: 'labels.csv: {used} of {rows} rows label an image.',
  encoding:
    'labels.csv is not UTF-8. It was read as {encoding}; where names look wrong, save it as UTF-8.',
  loose: {
    suffix:
      'labels.csv: no rows by the end of the path | labels.csv: one row matched by the end of the path: {row} is {image}. | labels.csv: {n} rows matched by the end of the path, for instance {row} is {image}.',
    percent:
      'labels.csv: no rows after decoding % | labels.csv: one row matched after decoding %: {row} is {image}. | labels.csv: {n} rows matched after decoding %, for instance {row} is {image}.',
    case: 'labels.csv: no rows by letter case | labels.csv: one row matched by other letter case: {row} is {image}. | labels.csv: {n} rows matched by other letter case, for instance {row} is {image}.',
    zeros:
      'labels.csv: no rows by leading zeros | labels.csv: one row had lost its leading zeros: {row} is {image}. | labels.csv: {n} rows had lost their leading zeros, for instance {row} is {image}.',
    extension:
      'labels.csv: no rows by another ending | labels.csv: one row has another ending or none: {row} is {image}. | labels.csv: {n} rows have another ending or none, for instance {row} is {image}.',
  },
  unmatched:
    'labels.csv: every row has an image. | labels.csv: one row has no image: {names}. | labels.csv: {n} rows have no image: {names}.',
  reasons: {
    absent: 'no such image',
    ambiguous: 'several images fit',
    leftOut: 'that file was left out',
  },
  contradictions:
    'labels.csv: no rows contradict each other. | labels.csv: two rows contradict each other: {names}. | labels.csv: rows contradict each other {n} times: {names}.',
  contradiction: '{image} is “{used}” (line {usedLine}, taken) and “{other}” (line {otherLine})',
  noLabel: 'no label',
  alike:
    'No labels look alike. | Labels look alike and may be one: {names}. | {n} groups of labels look alike and may each be one: {names}.',
  and: ' and ',
  cleaned: 'Taken out of names of labels, because they cannot be seen: {names}.',
  becomes: '“{from}” is “{to}”',
  refused: 'No labels, because they are longer than 255 characters or cannot be seen: {names}.',
  copies:
    'No image is a scaled or encoded copy. | One image is a scaled or newly encoded copy of another; the two stay on one side of a split. | {n} images are scaled or newly encoded copies of others; such images stay on one side of a split.',
  pictures: {
    blank:
      'No picture is of one colour. | One picture is of one colour: {names}. | {n} pictures are of one colour: {names}.',
    frame:
      'no frames | The first frame of one file shows nothing; the first that does was taken: {names}. | The first frame of {n} files shows nothing; the first that does was taken: {names}.',
    page: 'no pages | The first page of one file is tiny; the largest was taken: {names}. | The first page of {n} files is tiny; the largest was taken: {names}.',
    range:
      'no ranges | One picture with values beyond 16 bits, signs or fractions was scaled by its range: {names}. | {n} pictures with values beyond 16 bits, signs or fractions were scaled by their range: {names}.',
    ground:
      'no grounds | One transparent picture lies on black, because it vanishes on white: {names}. | {n} transparent pictures lie on black, because they vanish on white: {names}.',
  },
  links:
    'no links | One link out of the folder was left out: {names}. | {n} links out of the folder were left out: {names}.',
}
