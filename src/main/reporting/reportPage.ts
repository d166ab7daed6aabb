import { createHash } from 'node:crypto'
import { losses } from '../../core/losses'
import { voteShare, type RetrievalMetrics } from '../../shared/model/training'
import type { PredictionFigure, PredictionReport } from '../../shared/model/prediction'
import { extractors } from '../features/extractors'
import { drawChart } from './charts'
import { type ReportContent, type ShownImage, shownCounts } from './collectReport'
import { both, markup, Markup } from './page'
import { reportStyle } from './style'

/** Which language a page shows first. */
export type ReportLanguage = 'en' | 'zh-CN'

/**
 * A report as one file that needs nothing else: no script, no address but of pictures within it.
 * @param version of the program
 */
export function reportPage(
  content: ReportContent,
  { version, language, writtenAt }: { version: string; language: ReportLanguage; writtenAt: Date },
): string {
  const hash = createHash('sha256').update(reportStyle).digest('base64')
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const { dataset } = content
  return markup`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="generator" content="Semblance ${version}" />
        <title>${dataset} · Semblance</title>
        <style>${new Markup(reportStyle)}</style>
      </head>
      <body>
        <input
          class="choice"
          type="radio"
          name="language"
          id="english"
          ${language === 'en' ? new Markup(' checked') : null}
        />
        <input
          class="choice"
          type="radio"
          name="language"
          id="chinese"
          ${language === 'en' ? null : new Markup(' checked')}
        />
        <main>
          <div class="switch">
            <label for="english" lang="en">English</label
            ><label for="chinese" lang="zh-CN">中文</label>
          </div>
          ${[head(content, version, writtenAt), qualitySection(content), courseSection(content), mapSection(content), labelSection(content), confusionSection(content), tripletSection(content), mislabelSection(content), predictionSection(content), repeatSection(content)]}
        </main>
      </body>
    </html>
`.text
}

const heading = (english: string, chinese: string): Markup =>
  markup`<h2>${both(english, chinese)}</h2>`
const say = (english: string, chinese: string): Markup => markup`<p>${both(english, chinese)}</p>`
const weakly = (english: string, chinese: string): Markup =>
  markup`<p class="weak small">${both(english, chinese)}</p>`

const count = (value: number): string => value.toLocaleString('en-US')
const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
const minutes = (durationMs: number): [string, string] => {
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 90) return [`${seconds} s`, `${seconds} 秒`]
  const whole = Math.round(seconds / 60)
  return [`${whole} min`, `${whole} 分钟`]
}

function head(
  { dataset, imageCount, state: { run } }: ReportContent,
  version: string,
  writtenAt: Date,
): Markup {
  const { options } = run
  const network =
    options.network === 'frozen'
      ? (extractors.find(({ id }) => id === options.extractor)?.title ?? null)
      : null
  const lossTitle = losses.names.includes(options.loss.name)
    ? losses.get(options.loss.name).title
    : { en: options.loss.name, 'zh-CN': options.loss.name }
  const [took, tookChinese] = minutes(run.durationMs)
  const parts = (words: readonly (string | null)[]) =>
    words.filter((word) => word !== null).join(' · ')
  return markup`<h1>${dataset}</h1>
    <p class="weak">
      ${both(
        parts([
          `${count(imageCount)} images`,
          lossTitle.en,
          network?.en ?? null,
          `trained in ${took}`,
          run.backend?.description ?? null,
        ]),
        parts([
          `${count(imageCount)} 张图片`,
          lossTitle['zh-CN'],
          network?.['zh-CN'] ?? null,
          `训练用时 ${tookChinese}`,
          run.backend?.description ?? null,
        ]),
      )}
    </p>
    <p class="weak small">
      ${both(
        `Trained ${dateText(new Date(run.startedAt))}; report of ${dateText(writtenAt)} by Semblance ${version}.`,
        `训练于 ${dateText(new Date(run.startedAt))}；报告由 Semblance ${version} 于 ${dateText(writtenAt)} 生成。`,
      )}
    </p>
    ${run.status === 'finished' ? null : say('The training was ended before its end; what it had reached is reported.', '训练提前结束；报告的是结束时的结果。')}`
}

const dateText = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`

function qualitySection({ state: { run } }: ReportContent): Markup {
  const on = {
    byClass: ['Measured on labels that training never saw', '在训练从未见过的标签上测得'],
    byImage: ['Measured on images that training never saw', '在训练从未见过的图片上测得'],
    none: [
      'Measured on the training images themselves: such figures flatter',
      '在训练图片本身上测得，数值会偏高',
    ],
  }[run.options.split] as [string, string]
  const { queries = 0, queriesInAll = queries } = run.after ?? {}
  const asked: [string, string] =
    queriesInAll > queries
      ? [
          `${count(queries)} of ${count(queriesInAll)} queries, drawn at random`,
          `从 ${count(queriesInAll)} 次查询中随机抽取 ${count(queries)} 次`,
        ]
      : [`${count(queries)} queries`, `${count(queries)} 次查询`]
  const rows: [string, string, RetrievalMetrics | null][] = [
    ['Features as they were', '原始特征', run.before],
    ['Closed form', '闭式解', run.closedForm],
    ['What was kept', '保留的模型', run.after],
  ]
  return markup`${heading('Quality', '质量')}
    ${say(`${on[0]} (${asked[0]}). MAP@R with its 95 % interval over the queries.`, `${on[1]}（${asked[1]}）。MAP@R 附 95 % 区间（按查询重抽样）。`)}
    <div class="scroll">
      <table>
        <tr>
          <th></th>
          <th class="number">MAP@R</th>
          <th class="number">${both('95 % interval', '95 % 区间')}</th>
          <th class="number">P@1</th>
          <th class="number">R-precision</th>
        </tr>
        ${rows.flatMap(([english, chinese, metrics], i) =>
          metrics === null
            ? []
            : [
                markup`<tr${i === 2 ? new Markup(' class="kept"') : null}><td>${both(english, chinese)}</td><td class="number">${figure(metrics.mapAtR)}</td><td class="number">${intervalOf(metrics.mapAtRLow ?? null, metrics.mapAtRHigh ?? null)}</td><td class="number">${figure(metrics.precisionAt1)}</td><td class="number">${figure(metrics.rPrecision)}</td></tr>
`,
              ],
        )}
      </table>
    </div>`
}

const intervalOf = (low: number | null, high: number | null): string =>
  low === null || high === null ? '–' : `${low.toFixed(3)} – ${high.toFixed(3)}`

function courseSection({ state: { epochs } }: ReportContent): Markup | null {
  const loss = drawChart({
    x: ['Epoch', '轮次'],
    y: ['Loss', '损失'],
    lines: [
      { name: ['Loss', '损失'], points: epochs.map((one) => [one.epoch, one.loss] as const) },
    ],
  })
  const points = (of: (epoch: (typeof epochs)[number]) => number | null | undefined) =>
    epochs.flatMap((one) => {
      const value = of(one)
      return value === null || value === undefined ? [] : [[one.epoch, value] as const]
    })
  const quality = drawChart({
    x: ['Epoch', '轮次'],
    y: ['MAP@R', 'MAP@R'],
    lines: [
      { name: ['test', '测试'], points: points(({ mapAtR }) => mapAtR) },
      {
        name: ['held-out training labels', '训练标签中的留出部分'],
        points: points(({ validation }) => validation),
      },
    ],
  })
  if (loss === null && quality === null) return null
  return markup`${heading('Course of the training', '训练过程')}
    <div class="grid2">${loss}${quality}</div>`
}

function mapSection({ map }: ReportContent): Markup {
  if (map === null) {
    return markup`${heading('Map', '地图')}
    ${weakly('No map was computed for this run: open its map in the program, then write the report again.', '这次训练还没有计算地图：请先在程序中打开地图，再重新生成报告。')}`
  }
  const method = map.method === 'pca' ? 'PCA' : 'UMAP'
  return markup`${heading('Map', '地图')}
    ${say(`All images in two dimensions (${method}), coloured by label. Near points are alike; long distances and the sizes of groups mean little.`, `全部图片的二维分布（${method}），按标签着色。相近的点彼此相似；远距离和群的大小没有太多含义。`)}
    <figure class="map"><img alt="${method}" src="${map.picture}" /></figure>`
}

function labelSection({ quality: { labels, part }, labelName }: ReportContent): Markup | null {
  if (labels.length === 0) return null
  const shown = labels.slice(0, shownCounts.labels)
  return markup`${heading('Labels', '标签')}
    ${say(
      `${shown.length < labels.length ? `The ${shown.length} weakest of ${count(labels.length)} labels` : `All ${count(labels.length)} labels, weakest first`}${part === 'all' ? '; there was no test part, so that training saw them' : ''}.`,
      `${shown.length < labels.length ? `${count(labels.length)} 个标签中最弱的 ${shown.length} 个` : `全部 ${count(labels.length)} 个标签，最弱的在前`}${part === 'all' ? '；没有测试部分，训练见过它们' : ''}。`,
    )}
    <div class="scroll">
      <table>
        <tr>
          <th>${both('Label', '标签')}</th>
          <th class="number">${both('Images', '图片数')}</th>
          <th class="number">MAP@R</th>
          <th class="number">P@1</th>
          <th class="number">${both('Right by vote', '投票正确')}</th>
          <th>${both('Most taken for', '最常被误认为')}</th>
        </tr>
        ${shown.map((one) => {
          const share = voteShare(one)
          const mixed = one.confusedWith
          return markup`<tr>
            <td class="name">${labelName(one.labelId)}</td>
            <td class="number">${count(one.images)}</td>
            <td class="number">${figure(one.mapAtR)}</td>
            <td class="number">${figure(one.precisionAt1)}</td>
            <td class="number">${share === null ? '–' : percent(share)}</td>
            <td class="name">
              ${mixed === null ? '–' : `${labelName(mixed.labelId)} (${mixed.count})`}
            </td>
          </tr> `
        })}
      </table>
    </div>`
}

function pictureOf({ picture, path }: ShownImage, caption: Markup): Markup {
  return markup`<figure class="picture">
    ${
      picture === null
        ? markup`<div class="gone">${both('no picture any more', '图片已不在')}</div>`
        : markup`<img alt="${path}" src="${picture}" />`
    }
    <figcaption class="caption">${caption}</figcaption>
  </figure>`
}

function confusionSection({ quality: { confusions }, labelName, imageOf }: ReportContent): Markup {
  const shown = confusions.slice(0, shownCounts.confusions)
  const rows = shown.map(
    ({ labelId, predictedId, count: times, imageIds }) =>
      markup`<div class="confusion">
        <p>
          ${both(
            markup`<b>${labelName(labelId)}</b> taken for <b>${labelName(predictedId)}</b>:
              ${count(times)} ${times === 1 ? 'image' : 'images'}`,
            markup`<b>${labelName(labelId)}</b> 被认作
              <b>${labelName(predictedId)}</b>：${count(times)} 张`,
          )}
        </p>
        <div class="pictures">
          ${imageIds
            .slice(0, shownCounts.ofConfusion)
            .map((id) => pictureOf(imageOf(id), markup`${imageOf(id).path}`))}
        </div>
      </div> `,
  )
  return markup`${heading('Mix-ups', '混淆')}
  ${
    rows.length === 0
      ? weakly(
          'The nearest neighbours of no image vote for another label.',
          '没有图片被近邻投票认作其他标签。',
        )
      : markup`${say(`By vote of the nearest neighbours, most frequent first${shown.length < confusions.length ? `; ${shown.length} of ${count(confusions.length)}` : ''}.`, `按近邻投票，最常见的在前${shown.length < confusions.length ? `；共 ${count(confusions.length)} 对，列出 ${shown.length} 对` : ''}。`)}${rows}`
  }`
}

function tripletSection({ triplets, imageOf }: ReportContent): Markup {
  const one = ({
    anchor,
    positive,
    negative,
    positiveDistance,
    negativeDistance,
  }: ReportContent['triplets'][number]) => {
    const captioned = (id: number, english: string, chinese: string) => {
      const image = imageOf(id)
      return pictureOf(image, markup`${both(english, chinese)}<br /><b>${image.label}</b>`)
    }
    return markup`<div class="triplet">
      ${captioned(anchor, 'anchor', '锚点')}${captioned(positive, 'same label', '同标签')}${captioned(negative, 'other label', '异标签')}
      <p class="weak">
        ${both(
          `distance ${positiveDistance.toFixed(3)} to its own label, ${negativeDistance.toFixed(3)} to the other`,
          `到同标签 ${positiveDistance.toFixed(3)}，到异标签 ${negativeDistance.toFixed(3)}`,
        )}
      </p>
    </div> `
  }
  return markup`${heading('Hardest triplets', '最难的三元组')}
  ${
    triplets.length === 0
      ? weakly('None is left that nobody has judged.', '没有尚未判定的三元组。')
      : markup`${say('The anchor should be nearer to its own label. Of those that nobody has judged yet.', '锚点本应离同标签的图片更近。仅列出尚未判定的。')}
          <div class="triplets">${triplets.map(one)}</div>`
  }`
}

function mislabelSection({ mislabels, imageOf }: ReportContent): Markup {
  const { images, ids, names, voters, asked, labelled } = mislabels
  const sampled: [string, string] =
    asked < labelled
      ? [
          ` ${count(asked)} of ${count(labelled)} images were looked at, drawn at random.`,
          `随机查看了 ${count(labelled)} 张中的 ${count(asked)} 张。`,
        ]
      : ['', '']
  return markup`${heading('Likely mislabels', '可能标错的图片')}
  ${
    images.length === 0
      ? weakly(
          `No image has a majority of its ${voters} nearest labelled neighbours against its label.${sampled[0]}`,
          `没有图片的 ${voters} 个最近邻多数反对其标签。${sampled[1]}`,
        )
      : markup`${say(`Most of the ${voters} nearest labelled neighbours have another label. Some of these images are merely hard.${sampled[0]}`, `${voters} 个最近邻中多数是其他标签。其中有些只是难以辨认。${sampled[1]}`)}
          <div class="pictures">
            ${images.map(({ own, suggested }, i) => {
              const image = imageOf(ids[i]!)
              return pictureOf(
                image,
                both(
                  markup`<b>${image.label}</b> (${own} of ${voters})<br />perhaps
                    <b>${names[i]!}</b> (${suggested})<br />${image.path}`,
                  markup`<b>${image.label}</b>（${voters} 个中 ${own} 个）<br />或为
                    <b>${names[i]!}</b>（${suggested} 个）<br />${image.path}`,
                ),
              )
            })}
          </div>`
  }`
}

const ruleWords = {
  vote: ['vote of the nearest images', '最近图片投票'],
  weightedVote: ['weighted vote of the nearest images', '最近图片加权投票'],
  classMean: ['nearest mean of a label', '最近的标签均值'],
} as const

function predictionSection({ quality: { prediction } }: ReportContent): Markup {
  const title = heading('Prediction', '预测')
  if (prediction === null) {
    return markup`${title}${weakly('The model carries nothing to predict with.', '模型没有携带预测所需的内容。')}`
  }
  if (prediction.heldOut === 'nothing') {
    return markup`${title}${weakly('Training kept nothing unseen, so that nothing could measure how well it predicts.', '训练没有留出任何内容，无法衡量预测效果。')}`
  }
  const { threshold, curve, reliability } = prediction
  const rows: [string, string, PredictionFigure | null][] = [
    ['Accuracy', '准确率', prediction.accuracy],
    ['AUROC of unknown against known', '未知与已知的 AUROC', prediction.auroc],
    ['Area under OSCR', 'OSCR 曲线下面积', prediction.oscr],
    ['Calibration error (lower is better)', '校准误差（越低越好）', prediction.calibrationError],
    ['OPIS (lower is better)', 'OPIS（越低越好）', prediction.opis],
    ...(threshold === null
      ? []
      : ([
          [
            `Unknown taken for known, at a threshold for ${percent(threshold.asked)}`,
            `阈值按 ${percent(threshold.asked)} 设定时，未知被认作已知`,
            threshold.falseAccept,
          ],
          [
            'Known taken for unknown, at the same',
            '同一阈值下，已知被认作未知',
            threshold.falseReject,
          ],
        ] as [string, string, PredictionFigure][])),
  ]
  const [rule, ruleChinese] = ruleWords[prediction.rule]
  return markup`${title}
    ${say(
      `Measured on ${prediction.heldOut === 'labels' ? 'labels' : 'images'} that training never saw: ${count(prediction.known)} images of known labels, ${count(prediction.unknown)} as if nobody had named their label. Rule: ${rule}. 95 % intervals over labels.`,
      `在训练从未见过的${prediction.heldOut === 'labels' ? '标签' : '图片'}上测得：已知标签的图片 ${count(prediction.known)} 张，视作未知的 ${count(prediction.unknown)} 张。规则：${ruleChinese}。95 % 区间按标签重抽样。`,
    )}
    <div class="scroll">
      <table>
        <tr>
          <th></th>
          <th class="number">${both('Value', '数值')}</th>
          <th class="number">${both('95 % interval', '95 % 区间')}</th>
        </tr>
        ${rows.flatMap(([english, chinese, value]) =>
          value === null
            ? []
            : [
                markup`<tr>
                  <td>${both(english, chinese)}</td>
                  <td class="number">${shortFigure(value.value)}</td>
                  <td class="number">
                    ${value.low === null || value.high === null ? '–' : `${shortFigure(value.low)} – ${shortFigure(value.high)}`}
                  </td>
                </tr> `,
              ],
        )}
      </table>
    </div>
    <div class="grid2">${predictionCharts(curve, reliability)}</div>`
}

/** Small ones, as OPIS is, keep their digits. */
const shortFigure = (value: number): string =>
  Math.abs(value) < 0.01 && value !== 0 ? value.toExponential(1) : value.toFixed(3)

function predictionCharts(
  curve: PredictionReport['curve'],
  reliability: PredictionReport['reliability'],
): readonly (Markup | null)[] {
  const unit = [0, 1] as const
  return [
    drawChart({
      x: ['Unknown taken for known', '未知被认作已知'],
      y: ['Known accepted', '已知被接受'],
      range: { x: unit, y: unit },
      lines: [
        {
          name: ['accepted and right (OSCR)', '接受且正确（OSCR）'],
          points: curve.map((one) => [one.falseAccept, one.correct] as const),
        },
        {
          name: ['accepted (ROC)', '接受（ROC）'],
          points: curve.map((one) => [one.falseAccept, 1 - one.falseReject] as const),
        },
      ],
    }),
    drawChart({
      x: ['Confidence', '置信度'],
      y: ['How often it is right', '实际正确率'],
      range: { x: unit, y: unit },
      hasDiagonal: true,
      lines: [
        {
          name: ['right', '正确'],
          isDots: true,
          points: reliability.map((bin) => [bin.confidence, bin.accuracy] as const),
        },
      ],
    }),
  ]
}

function repeatSection({ request }: ReportContent): Markup {
  return markup`${heading('Options, and how to repeat the run', '选项与复现方法')}
    <p>
      ${both(
        'Save what follows as run.json; on the same images and the same backend it gives the same numbers:',
        '将以下内容保存为 run.json；在相同的图片和后端上会得到相同的数值：',
      )}
    </p>
    <pre>npm start -- train FOLDER --out DIR --run-file run.json</pre>
    <details open>
      <summary>run.json</summary>
      <pre>${JSON.stringify(request, null, 2)}</pre>
    </details>`
}
