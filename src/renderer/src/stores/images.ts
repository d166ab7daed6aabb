import { defineStore } from 'pinia'
import { shallowRef, triggerRef } from 'vue'
import type { ImageSummary } from '../../../shared/model/dataset'
import type { ImageId } from '../../../shared/model/ids'
import { api } from '../api/client'

/** As many rows as one call gives. */
const pageSize = 1000
const keptRows = 20_000

/**
 * Rows of images that were looked at. `get` answers at once with what is known and asks for the
 * rest in pages; whoever used it in a template or a computed sees the rows when they come.
 */
export const useImageStore = defineStore('images', () => {
  const rows = shallowRef(new Map<ImageId, ImageSummary>())
  let wanted = new Set<ImageId>()
  let asked = new Set<ImageId>()
  /** Answers of before the last change are not kept. */
  let generation = 0

  function get(id: ImageId): ImageSummary | null {
    const row = rows.value.get(id)
    want(id)
    return row ?? null
  }

  function want(id: ImageId): void {
    if (asked.has(id)) return
    asked.add(id)
    if (wanted.size === 0) queueMicrotask(() => void fetchWanted())
    wanted.add(id)
  }

  async function fetchWanted(): Promise<void> {
    const all = Uint32Array.from(wanted)
    wanted = new Set()
    for (let start = 0; start < all.length; start += pageSize) {
      const page = all.slice(start, start + pageSize)
      const current = generation
      try {
        const found = await api.dataset.images({ ids: page })
        if (current !== generation) {
          release(page)
          continue
        }
        if (rows.value.size > keptRows) {
          rows.value = new Map()
          asked = new Set(page as Iterable<number> as Iterable<ImageId>)
        }
        for (const row of found) rows.value.set(row.id, row)
        triggerRef(rows)
      } catch {
        release(page, false)
      }
    }
  }

  /** Lets these be asked for again; at once, or when they are next shown. */
  function release(ids: Iterable<number>, atOnce = true): void {
    for (const id of ids) asked.delete(id as ImageId)
    if (atOnce) triggerRef(rows)
  }

  /** After labels or exclusions changed: what is shown stays until the new rows come. */
  function refresh(ids: Iterable<number>): void {
    generation++
    let some = false
    for (const id of ids) {
      some = true
      asked.delete(id as ImageId)
    }
    if (!some) asked = new Set(wanted)
    triggerRef(rows)
  }

  /** Another dataset. */
  function forget(): void {
    generation++
    rows.value = new Map()
    asked = new Set(wanted)
  }

  return { rows, get, refresh, forget }
})
