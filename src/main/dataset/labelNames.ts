import { cleanLabelName } from '../../shared/model/labelName'

const mostListed = 100

/** Names that an import meets, as they are kept; remembers those that it changed or refused. */
export class LabelNames {
  private readonly known = new Map<string, string | null>()

  /** Null where no label can have the name. */
  take(text: string): string | null {
    const before = this.known.get(text)
    if (before !== undefined) return before
    const name = cleanLabelName(text)
    this.known.set(text, name)
    return name
  }

  /** Files are read at once, in no order. */
  private sorted(): readonly (readonly [string, string | null])[] {
    return [...this.known].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  cleaned(): readonly { readonly from: string; readonly to: string }[] {
    return this.sorted()
      .flatMap(([from, to]) => (to === null || to === from.normalize('NFC') ? [] : [{ from, to }]))
      .slice(0, mostListed)
  }

  refused(): readonly string[] {
    return this.sorted()
      .flatMap(([name, to]) => (to === null ? [name] : []))
      .slice(0, mostListed)
  }
}
