/** The look of a report: light, dark and on paper; one of two languages by the switch at its head. */
export const reportStyle = `
:root{color-scheme:light dark;--ground:#fff;--text:#1d2126;--weak:#5b6570;--line:#d9dee3;--panel:#f5f7f9;--a:#0b6bcb;--b:#b35900;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--text:#e7eaed;--weak:#a0aab4;--line:#333a41;--panel:#1d2227;--a:#6cb3ff;--b:#f0a860;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.55 system-ui,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:960px;margin:0 auto;padding:28px 24px 64px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:19px;margin:40px 0 8px;padding-top:12px;border-top:1px solid var(--line)}
p{margin:6px 0 12px;max-width:76ch}
.weak,figcaption,.caption{color:var(--weak)}
.small{font-size:13px}
.switch{float:right;display:flex;gap:4px;margin-left:16px}
.switch label{padding:3px 12px;border:1px solid var(--line);border-radius:6px;cursor:pointer}
.choice{position:absolute;opacity:0}
#english:checked~main .switch label[for=english],#chinese:checked~main .switch label[for=chinese]{background:var(--a);border-color:var(--a);color:var(--ground)}
#english:focus-visible~main .switch label[for=english],#chinese:focus-visible~main .switch label[for=chinese]{outline:2px solid var(--a);outline-offset:2px}
#english:checked~main .zh,#chinese:checked~main .en{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--weak);font-weight:600}
td.number,th.number{text-align:right;white-space:nowrap}
td.name{overflow-wrap:anywhere}
tr.kept td{font-weight:600}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:16px}
figure{margin:0}
.chart svg{width:100%;height:auto;display:block;background:var(--panel);border-radius:8px}
.chart text{fill:var(--weak);font-size:11px}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .axis{stroke:var(--weak);stroke-width:1}
.chart .diagonal{stroke:var(--weak);stroke-width:1;stroke-dasharray:4 4}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.line0{stroke:var(--a)}.line1{stroke:var(--b);stroke-dasharray:6 3}
.dot{stroke:none}.dot.line0{fill:var(--a)}.dot.line1{fill:var(--b)}
.key{margin-left:10px;white-space:nowrap}.chart .key svg{display:inline-block;width:22px;height:8px;background:none}
.map img{width:100%;height:auto;display:block;border-radius:8px;background:#fff}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(130px,1fr));gap:14px}
.picture img,.gone{width:100%;aspect-ratio:1;object-fit:contain;background:#fff;border:1px solid var(--line);border-radius:6px;display:block}
.gone{background:var(--panel);display:grid;place-items:center;color:var(--weak);font-size:12px;text-align:center;padding:6px}
.caption{font-size:12px;line-height:1.35;overflow-wrap:anywhere;margin-top:3px}
.caption b{color:var(--text);font-weight:600}
.triplets{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:18px}
.triplet{display:grid;grid-template-columns:repeat(3,1fr);gap:6px;break-inside:avoid}
.triplet p{grid-column:1/-1;margin:0;font-size:12px}
.confusion{margin:0 0 18px;break-inside:avoid}
.confusion .pictures{grid-template-columns:repeat(3,120px)}
pre{background:var(--panel);border-radius:8px;padding:12px 14px;overflow-x:auto;font-size:12.5px;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere}
details summary{cursor:pointer;margin:8px 0}
@media print{:root{color-scheme:light;--ground:#fff;--text:#000;--weak:#444;--line:#bbb;--panel:#f4f4f4;--a:#0b5cad;--b:#9a4d00;--bad:#a3201a}
.switch{display:none}main{max-width:none;padding:0}h2{break-after:avoid}figure,tr,.picture{break-inside:avoid}body{font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.trim()
