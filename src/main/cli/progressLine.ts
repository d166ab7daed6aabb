export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/**
 * Tells how far the work is: on a terminal one line that changes in place, elsewhere plain lines,
 * a new one where the text before the numbers changes and else every few seconds.
 */
export class ProgressLine {
  private shown = ''
  private lastHeading = ''
  private lastPlain = -Infinity

  constructor(
    private readonly output: ProgressOutput,
    private readonly now: () => number = () => performance.now(),
    private readonly plainEveryMs = 5000,
  ) {}

  /**
   * @param heading what is being done, for instance `Computing features`
   * @param detail what changes, for instance `120 of 1,000`
   */
  update(heading: string, detail = ''): void {
    const text = detail === '' ? heading : `${heading}: ${detail}`
    if (this.output.isTTY === true) {
      const width = Math.max(20, (this.output.columns ?? 80) - 1)
      const line = text.length > width ? text.slice(0, width) : text
      this.output.write(`\r${line.padEnd(this.shown.length)}`)
      this.shown = line
      return
    }
    const now = this.now()
    if (heading === this.lastHeading && now - this.lastPlain < this.plainEveryMs) return
    this.lastHeading = heading
    this.lastPlain = now
    this.output.write(`${text}\n`)
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear()
    this.output.write(`${text}\n`)
  }

  clear(): void {
    if (this.output.isTTY === true && this.shown !== '') {
      this.output.write(`\r${' '.repeat(this.shown.length)}\r`)
    }
    this.shown = ''
  }
}

/** A duration for a person: `40 s`, `3 min`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = seconds / 60
  return minutes < 90 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`
}
