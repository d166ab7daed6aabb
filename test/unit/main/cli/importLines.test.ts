import { expect, it } from 'vitest'
import { importLines } from '../../../../src/main/cli/importLines'
import type { ImportReport } from '../../../../src/shared/model/dataset'

it('says on the command line what the window says', () => {
  const report = {
    duplicates: 1,
    nearDuplicates: 2,
    leftOut: [{ path: 'away', reason: 'outsideFolder', detail: '' }],
    skipped: { hidden: 7, special: 0, result: 1, notPicture: 0 },
    skippedFirst: { hidden: ['.a', '.b', '.c'], result: ['out/map.png'] },
    labelsFile: {
      rows: 9,
      used: 6,
      encoding: 'shift_jis',
      isEncodingGuessed: true,
      loose: [{ kind: 'zeros', count: 1, example: { row: '7.png', image: '007.png' } }],
      unmatched: [{ line: 3, image: 'x\n.png', reason: 'absent', candidates: [] }],
      unmatchedTotal: 2,
      contradictions: [
        { image: 'b', used: { line: 6, label: 'cat' }, other: { line: 5, label: 'dog' } },
      ],
      contradictionTotal: 1,
    },
    labelNames: { alike: [['cat', 'cat ']], cleaned: [{ from: 'a\u202e', to: 'a' }], refused: [] },
    pictures: { blank: { count: 1, paths: ['white.png'] } },
  } as unknown as ImportReport
  expect(importLines(report)).toEqual([
    'labels.csv: 6 of 9 rows label an image.',
    'labels.csv is not UTF-8; it was read as shift_jis. Where names look wrong, save it as UTF-8.',
    'labels.csv: 1 row matched by leading zeros that were lost, for instance "7.png" is "007.png".',
    'labels.csv: 2 rows without an image: line 3 "x\\n.png" (no such image) and 1 more.',
    'labels.csv: 1 contradiction between rows: "b" is "cat" (line 6, used) and "dog" (line 5).',
    'Labels that look alike and may be one: "cat" and "cat ". Merge them in the window, or give them one name.',
    'Labels without control characters: "a\\u{202e}" is "a".',
    '1 image with the same contents as another.',
    '2 images scaled or encoded again from another; such images stay on one side of a split.',
    '1 picture of one colour: "white.png".',
    'Passed over: 7 hidden (names that begin with a dot): ".a", ".b", ".c" and 4 more; 1 of this program\'s results: "out/map.png".',
    '1 link out of the folder left out: "away". --follow-links goes where they lead.',
  ])
})
