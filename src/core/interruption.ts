/**
 * What the loop asks between two steps: whether to go on. `cancel` wins over `pause`, and a paused
 * loop that is cancelled goes on at once so that it can end.
 */
export class Interruption {
  private readonly controller = new AbortController()
  private resumed: Promise<void> | null = null
  private release: () => void = () => {}
  private wantsState = false
  private pauseCount = 0
  private isHeld = false

  /** @param onHeld hears that work waits because of a pause, and that it goes on */
  constructor(private readonly onHeld: (isHeld: boolean) => void = () => {}) {}

  get signal(): AbortSignal {
    return this.controller.signal
  }

  get isCancelled(): boolean {
    return this.controller.signal.aborted
  }

  /** It ends now, to go on another time. */
  get isSuspended(): boolean {
    return this.wantsState
  }

  /** How often it was paused. */
  get pauses(): number {
    return this.pauseCount
  }

  get isPaused(): boolean {
    return this.resumed !== null
  }

  pause(): void {
    if (this.isCancelled || this.resumed !== null) return
    this.pauseCount++
    this.resumed = new Promise((resolve) => (this.release = resolve))
  }

  resume(): void {
    this.resumed = null
    this.release()
  }

  cancel(): void {
    this.controller.abort()
    this.resume()
  }

  /** Cancels, and asks for the state to go on from another time. */
  suspend(): void {
    if (this.isCancelled) return
    this.wantsState = true
    this.cancel()
  }

  /** Resolves when the loop may go on; at once when it is not paused. */
  async whilePaused(): Promise<void> {
    while (this.resumed !== null) {
      this.hold(true)
      await this.resumed
    }
    this.hold(false)
  }

  /** What comes of work that hears of no cancellation; null where one comes first: then it goes on unheard. */
  async unlessCancelled<Result>(work: Promise<Result>): Promise<Result | null> {
    work.catch(() => {})
    const { signal } = this
    let stop = (): void => {}
    const cancelled = new Promise<null>((resolve) => {
      stop = () => resolve(null)
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
    })
    return Promise.race([work, cancelled]).finally(() => signal.removeEventListener('abort', stop))
  }

  private hold(isHeld: boolean): void {
    if (isHeld === this.isHeld) return
    this.isHeld = isHeld
    if (isHeld || !this.isCancelled) this.onHeld(isHeld)
  }
}
