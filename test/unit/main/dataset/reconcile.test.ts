import { describe, expect, it } from 'vitest'
import { adviceFor } from '../../../../src/main/dataset/advice'
import { reconcile } from '../../../../src/main/dataset/reconcile'
import type {
  ImportedImage,
  KnownImage,
} from '../../../../src/main/db/repositories/imageRepository'

const found = (relativePath: string, sha256: string) => ({ relativePath, sha256 }) as ImportedImage
const known = (id: number, relativePath: string, sha256: string, missing = false) =>
  ({ id, relativePath, sha256, missing }) as KnownImage

function outcome(files: ImportedImage[], images: KnownImage[], inPlace: readonly number[] = []) {
  const result = reconcile(files, images, (image) => inPlace.includes(image.id))
  return {
    added: result.added.map((image) => image.relativePath),
    touched: result.touched.map((image) => image.relativePath),
    changed: result.changed.map((image) => image.relativePath),
    moved: result.moved.map(({ id, image }) => `${id} ${image.relativePath}`),
    removed: result.removed.map((image) => image.id),
  }
}
const nothing = { added: [], touched: [], changed: [], moved: [], removed: [] }

describe('reconcile', () => {
  it('tells added, touched, changed, moved and removed files', () => {
    expect(outcome([], [])).toEqual(nothing)
    expect(outcome([found('a', 'A')], [])).toEqual({ ...nothing, added: ['a'] })
    expect(outcome([found('a', 'A')], [known(1, 'a', 'A')])).toEqual({ ...nothing, touched: ['a'] })
    expect(outcome([found('a', 'B')], [known(1, 'a', 'A')])).toEqual({ ...nothing, changed: ['a'] })
    expect(outcome([found('b', 'A')], [known(1, 'a', 'A')])).toEqual({ ...nothing, moved: ['1 b'] })
    expect(outcome([], [known(1, 'a', 'A')])).toEqual({ ...nothing, removed: [1] })
    expect(outcome([], [known(1, 'a', 'A')], [1])).toEqual(nothing)
  })

  it('takes a copy for a new image where the first is still in place', () => {
    expect(outcome([found('b', 'A')], [known(1, 'a', 'A')], [1])).toEqual({
      ...nothing,
      added: ['b'],
    })
    expect(outcome([found('a', 'A'), found('b', 'A')], [known(1, 'a', 'A')])).toEqual({
      ...nothing,
      touched: ['a'],
      added: ['b'],
    })
  })

  it('follows places that were changed, in a ring and in a row', () => {
    const images = [known(1, 'a', 'A'), known(2, 'b', 'B'), known(3, 'c', 'C')]
    expect(outcome([found('b', 'A'), found('c', 'B'), found('a', 'C')], images)).toEqual({
      ...nothing,
      moved: ['1 b', '2 c', '3 a'],
    })
    expect(
      outcome([found('b', 'A'), found('c', 'B'), found('d', 'C'), found('a', 'N')], images),
    ).toEqual({
      ...nothing,
      moved: ['1 b', '2 c', '3 d'],
      added: ['a'],
    })
  })

  it('finds what was missing before', () => {
    expect(outcome([found('new', 'A')], [known(1, 'a', 'A', true)])).toEqual({
      ...nothing,
      moved: ['1 new'],
    })
  })
})

describe('advice', () => {
  it.each([
    [0, [], ['noImages']],
    [60, [], ['noLabels']],
    [60, [60], ['oneLabel']],
    [60, [30, 30], []],
    [3, [1, 1, 1], ['noClassWithTwoImages', 'fewImages']],
  ])('for %i images in classes %j', (count, sizes, advice) => {
    expect(adviceFor(count, sizes)).toEqual(advice)
  })
})
