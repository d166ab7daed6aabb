import { boundsOf } from './viewTransform'

/** Points a cell holds on average where they are spread evenly. */
const pointsPerCell = 2

/**
 * Finds the point nearest to a place among hundreds of thousands. Points lie in the cells of a
 * uniform grid; a search looks at the cells its radius reaches, nearest ring first.
 */
export class PointGrid {
  private readonly minX: number
  private readonly minY: number
  private readonly cell: number
  private readonly columns: number
  private readonly rows: number
  /** Cell c holds `members[starts[c] .. starts[c + 1])`. */
  private readonly starts: Uint32Array
  private readonly members: Uint32Array

  /** @param xy [n, 2]; kept, not copied. Points that are not finite are never found. */
  constructor(private readonly xy: Float32Array) {
    const count = xy.length >> 1
    const bounds = boundsOf(xy)
    const isEmpty = bounds.minX > bounds.maxX
    const width = isEmpty ? 0 : bounds.maxX - bounds.minX
    const height = isEmpty ? 0 : bounds.maxY - bounds.minY
    const cells = Math.max(1, count / pointsPerCell)
    const extent = Math.max(width, height)
    // The longer side has at most as many cells as there are points, also where all lie on a line.
    this.cell = Math.max(Math.sqrt((width * height) / cells), extent / cells) || 1
    this.minX = isEmpty ? 0 : bounds.minX
    this.minY = isEmpty ? 0 : bounds.minY
    this.columns = Math.floor(width / this.cell) + 1
    this.rows = Math.floor(height / this.cell) + 1
    const cellOf = new Uint32Array(count)
    this.starts = new Uint32Array(this.columns * this.rows + 1)
    let placed = 0
    for (let i = 0; i < count; i++) {
      const x = xy[2 * i]!
      const y = xy[2 * i + 1]!
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        cellOf[i] = 0xffffffff
        continue
      }
      const c = this.row(y) * this.columns + this.column(x)
      cellOf[i] = c
      this.starts[c + 1] = this.starts[c + 1]! + 1
      placed++
    }
    for (let c = 0; c + 1 < this.starts.length; c++) {
      this.starts[c + 1] = this.starts[c + 1]! + this.starts[c]!
    }
    const next = this.starts.slice(0, -1)
    this.members = new Uint32Array(placed)
    for (let i = 0; i < count; i++) {
      const c = cellOf[i]!
      if (c === 0xffffffff) continue
      const at = next[c]!
      this.members[at] = i
      next[c] = at + 1
    }
  }

  /**
   * Index of the point nearest to (x, y) within `radius` (units of the plane), or -1. Of equally
   * near points the one that `rank` puts highest, then the lowest index; so what is drawn on top
   * is what is found. Points of rank 0 are not found.
   */
  nearest(x: number, y: number, radius: number, rank?: Uint8Array): number {
    if (!(radius >= 0)) return -1
    // Rings are counted from the place in the grid nearest to (x, y): no point is nearer to
    // (x, y) than to that place.
    const column = Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.minX) / this.cell)))
    const row = Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.minY) / this.cell)))
    const reach = Math.min(Math.ceil(radius / this.cell) + 1, Math.max(this.columns, this.rows))
    const best = { index: -1, squared: radius * radius, rank: -1 }
    for (let ring = 0; ring <= reach; ring++) {
      // A point in this ring is at least (ring - 1) cells away.
      const least = Math.max(0, ring - 1) * this.cell
      if (best.index >= 0 && least * least > best.squared) break
      const top = row - ring
      const bottom = row + ring
      for (let r = Math.max(0, top); r <= Math.min(this.rows - 1, bottom); r++) {
        const isEdge = r === top || r === bottom
        const step = isEdge || ring === 0 ? 1 : 2 * ring
        for (let c = column - ring; c <= column + ring; c += step) {
          if (c >= 0 && c < this.columns) this.searchCell(r * this.columns + c, x, y, rank, best)
        }
      }
    }
    return best.index
  }

  /** Whether any point lies in the box, its edges included. */
  hasPointIn(minX: number, minY: number, maxX: number, maxY: number): boolean {
    return this.visitIn(minX, minY, maxX, maxY, () => true)
  }

  /**
   * Calls `visit` with the index of each point in the box, its edges included, cell by cell, until
   * it answers true; answers whether it did.
   */
  visitIn(
    minX: number,
    minY: number,
    maxX: number,
    maxY: number,
    visit: (index: number) => boolean,
  ): boolean {
    if (this.members.length === 0 || !(maxX >= this.minX) || !(maxY >= this.minY)) return false
    const firstColumn = Math.max(0, this.column(minX))
    const firstRow = Math.max(0, this.row(minY))
    const lastColumn = this.column(maxX)
    const lastRow = this.row(maxY)
    for (let r = firstRow; r <= lastRow; r++) {
      const end = this.starts[r * this.columns + lastColumn + 1]!
      for (let at = this.starts[r * this.columns + firstColumn]!; at < end; at++) {
        const index = this.members[at]!
        const x = this.xy[2 * index]!
        const y = this.xy[2 * index + 1]!
        if (x < minX || x > maxX || y < minY || y > maxY) continue
        if (visit(index)) return true
      }
    }
    return false
  }

  private searchCell(
    cell: number,
    x: number,
    y: number,
    rank: Uint8Array | undefined,
    best: { index: number; squared: number; rank: number },
  ): void {
    const end = this.starts[cell + 1]!
    for (let at = this.starts[cell]!; at < end; at++) {
      const i = this.members[at]!
      const dx = this.xy[2 * i]! - x
      const dy = this.xy[2 * i + 1]! - y
      const squared = dx * dx + dy * dy
      if (squared > best.squared) continue
      const own = rank === undefined ? 1 : rank[i]!
      if (own === 0) continue
      const wins =
        squared < best.squared ||
        best.index < 0 ||
        own > best.rank ||
        (own === best.rank && i < best.index)
      if (!wins) continue
      best.index = i
      best.squared = squared
      best.rank = own
    }
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.floor((x - this.minX) / this.cell))
  }
  private row(y: number): number {
    return Math.min(this.rows - 1, Math.floor((y - this.minY) / this.cell))
  }
}
