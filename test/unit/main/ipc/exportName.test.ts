import { expect, it } from 'vitest'
import { exportName } from '../../../../src/main/ipc/exportName'

const csv = { title: 'CSV', extension: 'csv' }

it.each([
  ['Birds', 'Birds-predictions.csv'],
  ['a/b\\c:d*', 'a-b-c-d--predictions.csv'],
  ['..\u0000<x>?', '--x---predictions.csv'],
  ['. . ', 'semblance-predictions.csv'],
  ['鸟类', '鸟类-predictions.csv'],
  [undefined, 'semblance-predictions.csv'],
])('offers a name that every system takes for %j', (dataset, name) => {
  expect(exportName(dataset, 'predictions', csv)).toBe(name)
  expect(exportName(dataset, 'predictions', null)).toBe(name.replace('.csv', ''))
})
