import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeTemporaryFolder } from '../leftovers'

/** What every system allows for the path of a socket, less its folder's name and its own. */
const longestParent = 68

/** Where a socket is: a folder that only this person can enter, or a pipe's name on Windows. */
export interface SocketPlace {
  readonly address: string
  remove(): void
}

/** @param use names its temporary folder */
export function socketPlace(use: 'native' | 'onnx'): SocketPlace {
  if (process.platform === 'win32') {
    return { address: `\\\\.\\pipe\\semblance-${randomUUID()}`, remove() {} }
  }
  const folder = makeTemporaryFolder(use, longestParent)
  return {
    address: join(folder, 's'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
