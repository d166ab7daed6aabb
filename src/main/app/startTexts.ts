import { AppError, type ErrorCode } from '../../shared/errors'
import type { Locale } from '../../shared/model/settings'

/** What is said by dialogs of the system, before there is a page or when it has gone. */
const en = {
  cannotStart: 'Semblance cannot start',
  crashed: 'The page of the window ended several times before it was loaded',
  crashedDetail: 'What was saved is kept. Load it again, or quit and start Semblance anew.',
  loadAgain: 'Load Again',
  quit: 'Quit',
}
export type StartTexts = Readonly<Record<keyof typeof en, string>>

const zhCN: StartTexts = {
  cannotStart: 'Semblance 无法启动',
  crashed: '窗口页面在加载完成之前多次意外退出',
  crashedDetail: '已保存的内容都还在。请重新加载，或退出后再次启动 Semblance。',
  loadAgain: '重新加载',
  quit: '退出',
}
export const startTexts: Readonly<Record<Locale, StartTexts>> = { en, 'zh-CN': zhCN }

/** A failure of the start as a sentence; in English it is the error's own. */
export function startFailureText(error: unknown, locale: Locale): string {
  const own = error instanceof Error ? error.message : String(error)
  if (locale === 'en' || !(error instanceof AppError)) return own
  const { code, details } = error
  return failures[code]?.(details) ?? own
}

type Details = AppError['details']

const failures: Partial<Record<ErrorCode, (details: Details) => string>> = {
  userDataUnusable: ({ folder, reason }) =>
    `无法创建或写入 Semblance 的数据文件夹 ${folder}（${reason}）。请检查它的访问权限以及所在磁盘是否可用，然后重新启动。没有任何内容被更改。`,
  databaseBusy: () =>
    '另一个程序（例如备份软件）正在占用数据库。请先关闭它，然后重新启动；没有丢失任何内容。',
  diskFull: () => '磁盘空间不足，无法打开数据库。请释放空间后重新启动；已保存的内容都还在。',
  readOnly: () => '无法写入数据库。请检查所在文件夹的访问权限，然后重新启动。',
  permissionDenied: () => '系统拒绝访问数据库。请检查所在文件夹的访问权限，然后重新启动。',
}
