import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { bundlePage, pageAddress, type SecurityContext } from '../security/policy'
import { jsonFile } from '../settings/jsonFile'
import { minimumSize, restoreBounds, windowState } from './windowBounds'

/** The page's own background in each theme, so that nothing flashes before it is drawn. */
const backgrounds = { dark: '#161616', light: '#f2f2f2' } as const

export interface MainWindowOptions {
  readonly context: SecurityContext
  /** The built preload. */
  readonly preloadFile: string
  readonly userDataFolder: string
  readonly iconFile: string
}

/** Creates the window, remembers where it was, and shows it once it has been drawn. */
export function createMainWindow(options: MainWindowOptions): BrowserWindow {
  const { context } = options
  const stored = jsonFile(join(options.userDataFolder, 'window.json'), windowState)
  const state = stored.read()
  const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(
    ({ workArea }) => workArea,
  )
  const window = new BrowserWindow({
    ...restoreBounds(state, areas),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    show: false,
    title: 'Semblance',
    autoHideMenuBar: true,
    icon: options.iconFile,
    backgroundColor: backgrounds[nativeTheme.shouldUseDarkColors ? 'dark' : 'light'],
    webPreferences: {
      preload: options.preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !context.isPackaged,
    },
  })
  if (state?.isMaximized === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    try {
      stored.write({ ...window.getNormalBounds(), isMaximized: window.isMaximized() })
    } catch {
      // Only the place of the window is forgotten.
    }
  })
  nativeTheme.on('updated', () => {
    if (window.isDestroyed()) return
    window.setBackgroundColor(backgrounds[nativeTheme.shouldUseDarkColors ? 'dark' : 'light'])
  })
  const address = pageAddress(context)
  void window.loadURL(address === bundlePage ? bundlePage : (context.developmentServer ?? address))
  return window
}
