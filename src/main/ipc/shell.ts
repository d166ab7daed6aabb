/** What a dialog for files shows. */
export interface FileType {
  readonly title: string
  /** Without the dot. */
  readonly extension: string
}

/** What the handlers need of the desktop; Electron's dialogs in the program. */
export interface Shell {
  /** Absolute path of the chosen folder; null where the dialog was dismissed. */
  chooseFolder(): Promise<string | null>
  /**
   * Absolute path of what was dropped.
   * @throws AppError forbidden for a token that no drop gave, or a second time
   */
  takeDropped(token: string): string
  /** Absolute paths of chosen pictures; none where the dialog was dismissed. */
  choosePictures(): Promise<readonly string[]>
  /** Absolute path of an ONNX file; null where the dialog was dismissed. */
  chooseNetworkFile(): Promise<string | null>
  /**
   * Absolute path to write to; null where the dialog was dismissed.
   * @param type of the file; null: it becomes a folder
   */
  chooseExportFile(suggestedName: string, type: FileType | null): Promise<string | null>
  /** Opens the file manager at a file. */
  showInFolder(file: string): void
  /** Opens a folder in the file manager; why not, where it cannot. */
  openFolder(folder: string): Promise<string>
}
