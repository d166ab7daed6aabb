import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TemporaryStore, temporaryStore } from './temporaryStore'

let temporary: TemporaryStore
beforeEach(async () => {
  temporary = await temporaryStore()
})
afterEach(() => temporary.dispose())

it('writes with a connection that syncs the log at each commit', async () => {
  const full = 2
  const { database } = temporary.store
  const found = await database.transaction((transaction) => transaction.get('PRAGMA synchronous'))
  expect(found).toEqual({ synchronous: full })
})
