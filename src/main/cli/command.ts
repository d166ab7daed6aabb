/** One option of a command, as the parser checks it and the help prints it. */
export interface CommandOption {
  readonly name: string
  /** A list takes all words up to the next option. */
  readonly kind: 'flag' | 'text' | 'number' | 'integer' | 'pair' | 'list'
  /** What stands for the value in the help, for instance `N`. */
  readonly value?: string
  readonly choices?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  /** Words that may stand in place of a number. */
  readonly words?: readonly string[]
  readonly meaning: string
  readonly isRequired?: boolean
}

export interface Command {
  readonly name: string
  readonly usage: string
  readonly summary: string
  /** Names of the positional arguments, all required. */
  readonly positionals: readonly string[]
  /** The last of them may be several. */
  readonly takesMore?: boolean
  readonly options: readonly CommandOption[]
}
