import { describe, expect, it } from 'vitest'
import { folderArgument } from '../../../../src/main/app/startArguments'

describe('folderArgument', () => {
  it('is the word after the program folder while unpackaged', () => {
    expect(folderArgument(['electron', '/program', '/cats'], false, '/')).toBe('/cats')
    expect(folderArgument(['electron', '/program'], false, '/')).toBeNull()
    expect(
      folderArgument(
        ['electron', '--inspect=0', '/program', '--no-sandbox', 'cats'],
        false,
        '/home',
      ),
    ).toBe('/home/cats')
  })

  it('is the first word when packaged', () => {
    expect(folderArgument(['semblance', '/cats'], true, '/')).toBe('/cats')
    expect(folderArgument(['semblance', '--no-sandbox'], true, '/')).toBeNull()
  })
})
