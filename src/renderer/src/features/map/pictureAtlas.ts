/** Side of the atlas and of one picture in it, in device pixels: room for 256. */
const atlasPx = 2048
const slotPx = 128
const slotsPerRow = atlasPx / slotPx
/** As many pictures as the atlas holds; no more can be shown at once. */
export const atlasCapacity = slotsPerRow * slotsPerRow
/** Pictures asked for at once; more would keep those of a view that is left behind. */
const mostLoading = 8
/** Pictures that could not be read are not asked for again, so many of them. */
const mostBroken = 10_000

/** Where a picture lies in the atlas; it may be narrower or lower than its place. */
interface Slot {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Thumbnails in one canvas of fixed size, loaded as they are wanted. A new one takes the place of
 * the one that was not wanted for longest.
 */
export interface PictureAtlas {
  readonly canvas: HTMLCanvasElement
  /** Loads what is missing of these, first things first, and forgets to load all else. */
  want(keys: readonly number[]): void
  slotOf(key: number): Slot | null
  /** Empties it and stops what is being loaded. */
  clear(): void
}

export function createPictureAtlas(
  addressOf: (key: number) => string,
  onLoaded: () => void,
): PictureAtlas {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  /** In the order in which they were last wanted. */
  const slots = new Map<number, Slot>()
  const loading = new Map<number, HTMLImageElement>()
  const broken = new Set<number>()
  let waiting: number[] = []

  function place(key: number, picture: HTMLImageElement): void {
    if (context === null) return
    const place = freePlace()
    const scale = slotPx / Math.max(picture.naturalWidth, picture.naturalHeight, 1)
    const slot = {
      x: (place % slotsPerRow) * slotPx,
      y: Math.floor(place / slotsPerRow) * slotPx,
      width: Math.max(1, Math.round(picture.naturalWidth * scale)),
      height: Math.max(1, Math.round(picture.naturalHeight * scale)),
    }
    context.clearRect(slot.x, slot.y, slotPx, slotPx)
    context.drawImage(picture, slot.x, slot.y, slot.width, slot.height)
    slots.set(key, slot)
  }
  function freePlace(): number {
    if (slots.size < atlasCapacity) return slots.size
    const [[oldest, slot]] = slots as unknown as Iterable<[number, Slot]> as [[number, Slot]]
    slots.delete(oldest)
    return (slot.y / slotPx) * slotsPerRow + slot.x / slotPx
  }
  function loadMore(): void {
    while (loading.size < mostLoading && waiting.length > 0) {
      const key = waiting.shift()!
      const picture = new Image()
      loading.set(key, picture)
      const settle = (isLoaded: boolean): void => {
        if (loading.get(key) !== picture) return
        loading.delete(key)
        if (isLoaded) place(key, picture)
        else if (broken.size < mostBroken) broken.add(key)
        loadMore()
        onLoaded()
      }
      picture.onload = () => settle(true)
      picture.onerror = () => settle(false)
      picture.src = addressOf(key)
    }
  }
  function stop(key: number): void {
    const picture = loading.get(key)
    loading.delete(key)
    if (picture !== undefined) picture.src = ''
  }

  return {
    canvas,
    want(keys) {
      if (context === null) return
      if (canvas.width !== atlasPx) canvas.width = canvas.height = atlasPx
      const wanted = new Set(keys.slice(0, atlasCapacity))
      for (const key of [...loading.keys()]) if (!wanted.has(key)) stop(key)
      waiting = []
      for (const key of wanted) {
        const slot = slots.get(key)
        if (slot !== undefined) {
          slots.delete(key)
          slots.set(key, slot)
        } else if (!loading.has(key) && !broken.has(key)) waiting.push(key)
      }
      loadMore()
    },
    slotOf: (key) => slots.get(key) ?? null,
    clear() {
      waiting = []
      for (const key of [...loading.keys()]) stop(key)
      slots.clear()
      broken.clear()
    },
  }
}
