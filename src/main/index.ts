import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { app, type BrowserWindow, crashReporter, dialog, nativeTheme, session } from 'electron'
import { contract } from '../shared/contract'
import { AppError } from '../shared/errors'
import type { Locale } from '../shared/model/settings'
import { serve } from '../shared/rpc'
import { answerCalls, answerDrops, emitterTo } from './app/ipcBridge'
import { createLogFile } from './app/logFile'
import { createMainWindow } from './app/mainWindow'
import { installMenu } from './app/menu'
import { menuTexts } from './app/menuTexts'
import { createElectronShell } from './app/shell'
import { folderArgument } from './app/startArguments'
import { startFailureText, type StartTexts, startTexts } from './app/startTexts'
import { userDataTrouble } from './app/userData'
import { startUtilityProcess } from './app/utilityProcess'
import { limitThreads } from './backend/threads'
import { createHandlers } from './ipc/handlers'
import { createJobBoard } from './jobs/jobBoard'
import { endWhereUnanswered } from './jobs/unlessAborted'
import { registerProtocols, registerSchemes } from './protocol/register'
import { DroppedPaths } from './security/droppedPaths'
import { confineSession, installSecurity } from './security/install'
import type { SecurityContext } from './security/policy'
import { createServices, type Services } from './services'
import { createSettingsStore } from './settings/settingsStore'
import { systemLocaleOf } from './settings/systemLocale'
import { strangeSpeeds } from './training/measuredSpeeds'
import { workspaceIn } from './workspace'

const ownFolder = process.env['SEMBLANCE_USER_DATA']
const hasOwnFolder = ownFolder !== undefined && ownFolder !== ''
const trouble = userDataTrouble(hasOwnFolder ? ownFolder : app.getPath('userData'))
if (hasOwnFolder && trouble === null) app.setPath('userData', ownFolder)

const context: SecurityContext = {
  isPackaged: app.isPackaged,
  developmentServer: process.env['ELECTRON_RENDERER_URL'],
}
const log = createLogFile(join(app.getPath('userData'), 'logs', 'semblance.log'))
const startFolder = folderArgument(process.argv, app.isPackaged, process.cwd())

interface StartData {
  readonly folder: string | null
}

if (trouble !== null) {
  void app.whenReady().then(() => giveUp(trouble))
} else if (app.requestSingleInstanceLock({ folder: startFolder } satisfies StartData)) {
  prepare()
  void app.whenReady().then(start).catch(giveUp)
} else {
  // The window that is open already gets the folder.
  app.quit()
}

/** What must happen before the program is ready. */
function prepare(): void {
  crashReporter.start({ uploadToServer: false })
  process.on('unhandledRejection', (reason) => log.write('unhandled rejection', reason))
  process.on('uncaughtException', (error) => giveUp(error))
  app.on('child-process-gone', (_event, { type, reason }) =>
    log.write('process gone', `${type}: ${reason}`),
  )
  registerSchemes()
  installSecurity(app, context, refused)
}

async function start(): Promise<void> {
  const userDataFolder = app.getPath('userData')
  const projectFolder = app.getAppPath()
  const settings = createSettingsStore(join(userDataFolder, 'settings.json'))
  limitThreads(settings.current().trainingThreads ?? 0)
  const systemLocale = systemLocaleOf(app.getPreferredSystemLanguages())
  const locale = (): Locale => settings.current().locale ?? systemLocale
  const jobs = createJobBoard()
  let window: BrowserWindow | null = null
  const emit = emitterTo(() => window)
  jobs.onChanged((states) => emit.app.jobsChanged(states))

  nativeTheme.themeSource = settings.current().theme ?? 'system'
  await confineSession(session.defaultSession, context, refused)
  const services = await createServices({
    workspace: workspaceIn(userDataFolder),
    workersFolder: join(__dirname, 'workers'),
    projectFolder,
    startProcess: startUtilityProcess,
    hasWindow: true,
    jobs,
    emit,
    onBackupFailure: (error) => log.write('backup', error),
  })
  // The page says it, until it has been read.
  if (services.store.damage !== null) log.write('database', services.store.damage)
  const strange = strangeSpeeds(services.workspace.cacheFolder)
  if (strange !== null) log.write('speeds', strange)
  registerProtocols(session.defaultSession, {
    bundleFolder: join(projectFolder, 'out', 'renderer'),
    readPicture: services.readPicture,
    onError: (error) => log.write('picture', error),
  })

  const dropped = new DroppedPaths()
  answerDrops(context, dropped, refused)
  const shell = createElectronShell({
    window: () => window,
    texts: () => menuTexts[locale()],
    dropped,
  })
  const handlers = createHandlers({
    services,
    settings,
    jobs,
    shell,
    about: {
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      platform: process.platform,
      systemLocale,
      dataFolder: userDataFolder,
      threads: availableParallelism(),
    },
  })
  answerCalls(context, serve(contract, handlers, logFailure), refused)

  const openWindow = (): void => {
    window = createMainWindow({
      context,
      preloadFile: join(__dirname, '..', 'preload', 'index.js'),
      userDataFolder,
      iconFile: join(projectFolder, 'resources', 'icon.png'),
    })
    window.on('closed', () => (window = null))
    reloadAfterCrash(window, () => startTexts[locale()])
  }
  const tell = (error: unknown): void => {
    log.write('start', error)
    if (window === null) return
    void dialog.showMessageBox(window, {
      type: 'warning',
      message: menuTexts[locale()].failedTitle,
      detail: error instanceof Error ? error.message : String(error),
    })
  }
  const importFolder = (folder: string | null): void => {
    if (folder !== null) services.imports.start(folder).catch(tell)
  }
  const openMenu = (): void =>
    installMenu(menuTexts[locale()], {
      isPackaged: app.isPackaged,
      logFile: log.file,
      window: () => window,
      openFolder: () => void shell.chooseFolder().then(importFolder).catch(tell),
    })
  settings.onChanged((changed) => {
    nativeTheme.themeSource = changed.theme ?? 'system'
    openMenu()
  })
  app.on('second-instance', (_event, _argv, _workingFolder, data) => {
    if (window === null) openWindow()
    else {
      if (window.isMinimized()) window.restore()
      window.focus()
    }
    importFolder((data as StartData | null)?.folder ?? null)
  })
  app.on('activate', () => window === null && openWindow())
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())
  closeBeforeQuit(services)

  openMenu()
  openWindow()
  importFolder(startFolder)
  await services.reportBackend()
}

/** Lets the database and the workers end in order, once. */
function closeBeforeQuit(services: Services): void {
  let isClosed = false
  app.on('will-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    isClosed = true
    const timeout = new Promise((resolve) => setTimeout(resolve, 5_000))
    void Promise.race([
      services.close().catch((error: unknown) => log.write('close', error)),
      timeout,
    ])
      .then(endWhereUnanswered)
      .then(() => app.quit())
  })
}

/** Crashes in a row, without a page that was loaded in between, after which a person is asked. */
const mostCrashes = 3

/** A page that crashed is loaded again, however often; main and the database are unharmed. */
function reloadAfterCrash(window: BrowserWindow, texts: () => StartTexts): void {
  let crashes = 0
  window.webContents.on('did-finish-load', () => (crashes = 0))
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.write('window gone', reason)
    if (reason === 'clean-exit' || window.isDestroyed()) return
    if (++crashes <= mostCrashes) return window.webContents.reload()
    // A page that never comes up would be loaded without end.
    crashes = 0
    const { crashed, crashedDetail, loadAgain, quit } = texts()
    void dialog
      .showMessageBox(window, {
        type: 'error',
        message: crashed,
        detail: crashedDetail,
        buttons: [loadAgain, quit],
        defaultId: 0,
        cancelId: 1,
      })
      .then(({ response }) => {
        if (response === 1) app.quit()
        else if (!window.isDestroyed()) window.webContents.reload()
      })
  })
  window.webContents.on('preload-error', (_event, _file, error) => log.write('preload', error))
}

function refused(what: string): void {
  log.write('refused', what)
}

/** Expected failures are told in the window; what is left is a mistake of ours. */
function logFailure(channel: string, error: unknown): void {
  if (!(error instanceof AppError)) log.write(channel, error)
}

function giveUp(error: unknown): void {
  log.write('fatal', error)
  const locale = systemLocaleOf(app.getPreferredSystemLanguages())
  const message = startFailureText(error, locale)
  // Before anything that could fail: who started it from a terminal reads it there.
  process.stderr.write(`${message}\n`)
  dialog.showErrorBox(startTexts[locale].cannotStart, `${message}\n\n${log.file}`)
  app.exit(1)
}
