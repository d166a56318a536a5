/** How the pages look, and the policy that lets a browser apply this style and nothing else. */
import { createHash } from 'node:crypto';

/** The whole style. It stands in each page, so that nothing else need be fetched. */
export const style = `
:root{color-scheme:light dark;--ground:#f5f5f0;--panel:#fff;--ink:#1c2522;--soft:#55625d;--line:#dde1d9;--edge:#868f89;--well:#1f6f4b;--well-pale:#cfe5d8;--waiting:#3a5a8c;--waiting-pale:#d5dfee;--need:#a5311a;--need-pale:#fcefe9;--accent:#0f5b5b;--on-accent:#fff}
@media (prefers-color-scheme:dark){:root{--ground:#12171a;--panel:#1a2024;--ink:#e7ece9;--soft:#a5b1ac;--line:#2d373b;--edge:#75827d;--well:#74cf9f;--well-pale:#2a4a3a;--waiting:#9dbaea;--waiting-pale:#2b3b55;--need:#ff9d82;--need-pale:#33201b;--accent:#76cbc5;--on-accent:#0c1a1a}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Open Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
bdi,code,h1{overflow-wrap:anywhere}
.wide{max-width:66rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:.08em}
a:hover{text-decoration-thickness:.14em}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:4px}
.skip{position:absolute;left:1rem;top:-6rem;padding:.6rem 1rem;background:var(--panel);border:1px solid var(--edge);border-radius:6px;z-index:2}
.skip:focus{top:.75rem}
.hidden{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.quiet{color:var(--soft);font-weight:400}
.nowrap{white-space:nowrap}
code{font:.92em/1.4 ui-monospace,SFMono-Regular,Consolas,"Liberation Mono","Open Sans",monospace}
.icon{width:1.25em;height:1.25em;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;vertical-align:-.25em}
.icon.small{width:1.05em;height:1.05em;vertical-align:-.17em}
.top{padding:1.1rem 0 .4rem}
.top .wide{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;justify-content:space-between}
.brand{font-weight:650;color:var(--ink);text-decoration:none;letter-spacing:.01em;padding:.4rem 0}
.brand .icon{color:var(--accent);margin-right:.35rem}
.top .quiet{font-size:.875rem}
.trail{margin:1.2rem 0 0;font-size:.95rem}
h1{margin:0;font-size:clamp(1.7rem,1.2rem + 2.4vw,2.6rem);line-height:1.15;font-weight:650;letter-spacing:-.018em;text-wrap:balance}
h2{margin:0 0 .9rem;font-size:1.2rem;line-height:1.3;font-weight:650;letter-spacing:-.005em}
h3{margin:0;font-size:1.1rem;line-height:1.35;font-weight:650}
p{margin:0 0 .7rem;max-width:44rem}
p:last-child{margin-bottom:0}
.verdict{margin:clamp(1.4rem,4vw,2.6rem) 0 clamp(1.6rem,4vw,2.6rem)}
.verdict .lede{margin-top:.9rem;font-size:1.125rem;max-width:48rem}
.headline{display:flex;gap:.75rem;align-items:flex-start}
.headline>.icon{width:clamp(2rem,1.4rem + 2.6vw,2.9rem);height:clamp(2rem,1.4rem + 2.6vw,2.9rem);stroke-width:1.7}
.well>.icon,.state.well{color:var(--well)}
.waiting>.icon,.state.waiting,.unknown>.icon,.state.unknown{color:var(--waiting)}
.needs-you>.icon,.state.needs-you,.silent>.icon,.state.silent{color:var(--need)}
.state{font-weight:650}
.state .icon{margin-right:.4rem}
section,.panel{margin:0 0 2.4rem}
.panel{background:var(--panel);border:1px solid var(--line);border-radius:12px;padding:clamp(1rem,3vw,1.6rem)}
.calls{list-style:none;margin:0;padding:0;display:grid;gap:1rem}
.call{background:var(--need-pale);border:1px solid var(--need);border-left-width:6px;border-radius:12px;padding:1.1rem clamp(1rem,3vw,1.6rem)}
.call .headline{gap:.55rem;margin-bottom:.5rem}
.call .headline>.icon{width:1.5rem;height:1.5rem;stroke-width:2}
.todo{margin:.7rem 0 0;padding:.7rem 0 0;border-top:1px solid var(--line)}
.call .todo{border-color:color-mix(in srgb,var(--need) 35%,transparent)}
.todo b{display:block;font-size:.875rem}
.note{background:var(--panel);border:1px solid var(--line);border-left:6px solid var(--waiting);border-radius:12px;padding:.9rem 1.2rem;margin:1rem 0 0}
.note.bad{border-left-color:var(--need)}
.note.bad .icon{color:var(--need)}
.note h2{margin-bottom:.4rem}
.verdict .call{margin-top:1.2rem}
.also{margin:1.3rem 0 .4rem;font-size:1rem}
.note ul{margin:.4rem 0 0;padding-left:1.2rem}
table{width:100%;border-collapse:collapse;background:var(--panel);border:1px solid var(--line);border-radius:12px;border-spacing:0;border-collapse:separate;overflow:hidden}
caption{text-align:left;padding:0 0 .6rem;color:var(--soft);font-size:.925rem}
th,td{padding:.75rem 1rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);font-weight:400}
thead th{border-top:0;color:var(--soft);font-size:.85rem;padding-block:.55rem}
tbody th{font-weight:600}
td .quiet,th .quiet{display:block;font-size:.875rem}
td .quiet .quiet{display:inline}
thead th,.short{white-space:nowrap}
.number{text-align:right}
.rest{width:45%}
.actions{display:flex;flex-wrap:wrap;gap:.7rem;align-items:center;margin:1.4rem 0 0;padding:0}
.actions form{margin:0}
button,.button{display:inline-block;min-height:2.75rem;padding:.55rem 1.1rem;border-radius:8px;border:1px solid var(--edge);background:var(--panel);color:var(--ink);font:inherit;font-weight:600;line-height:1.5;text-decoration:none;cursor:pointer}
button:hover,.button:hover{border-color:var(--accent);color:var(--accent)}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.main:hover{filter:brightness(1.12)}
button.grave{background:var(--need);border-color:var(--need);color:var(--on-accent)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(13rem,100%),1fr));gap:1rem 2rem;margin:0}
.facts dt{color:var(--soft);font-size:.875rem}
.facts dd{margin:.1rem 0 0;font-weight:600}
.facts dd code{font-weight:400}
.facts dd .quiet{display:block;font-size:.875rem}
.timeline{position:relative;padding-top:3.4rem}
.grid{position:absolute;inset:0;width:100%;height:calc(100% - .4rem);overflow:visible;font-size:.8125rem}
.grid line{stroke:var(--line)}
.grid text{fill:var(--soft);text-anchor:middle}
.grid .today{stroke:var(--ink);stroke-width:1.5}
.grid .today-word{fill:var(--ink);font-weight:650}
.grid .start{text-anchor:start}
.grid .end{text-anchor:end}
.lives{position:relative;list-style:none;margin:0;padding:0;display:grid;gap:1.5rem}
.life-head{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between}
.life-head>span{background:var(--panel);padding-right:.4rem}
.life-head>span:last-child{padding:0 0 0 .4rem}
.life-text{font-size:.925rem;color:var(--soft);margin:.15rem 0 0;max-width:none;background:var(--panel)}
.strip{display:block;width:100%;height:2rem;font-size:.8125rem;overflow:visible}
.strip text{font-weight:600}
.strip .spent{fill:var(--well-pale)}
.strip .serving{fill:var(--well)}
.strip .reserve{fill:url(#reserve);stroke:var(--well)}
.strip .overlap{fill:url(#overlap);stroke:var(--edge)}
.strip .next{fill:var(--waiting-pale);stroke:var(--waiting);stroke-dasharray:6 4}
.strip .foreign{fill:var(--panel);stroke:var(--edge);stroke-dasharray:2 4;stroke-width:2}
.strip .end{stroke:var(--ink);stroke-width:2}
.strip .on{fill:var(--on-accent)}
.strip .off{fill:var(--ink);paint-order:stroke;stroke:var(--panel);stroke-width:4px;stroke-linejoin:round}
pattern .back{fill:var(--panel)}
#reserve .stripe{stroke:var(--well)}
#overlap .stripe{stroke:var(--edge)}
.steps,.entries{list-style:none;margin:0 0 1rem;padding:0}
.steps li{display:grid;grid-template-columns:1.5rem 1fr;gap:.2rem .6rem;padding:.55rem 0;border-top:1px solid var(--line)}
.steps li:first-child,.entries li:first-child{border-top:0}
.steps .line{display:block;font-size:.9rem}
.entries:last-child,.steps:last-child{margin-bottom:0}
.entries li:last-child{padding-bottom:0}
.entries li{display:grid;grid-template-columns:minmax(12rem,auto) 1fr;gap:0 1.2rem;padding:.5rem 0;border-top:1px solid var(--line)}
.entries .quiet{font-size:.9rem}
.standing{margin:0;max-width:44rem;padding-left:1.2rem}
.field{margin:0 0 1.3rem;border:0;padding:0;min-width:0}
.field label,legend{font-weight:600;padding:0}
.field .quiet{display:block;font-size:.9rem}
.field label.choice{display:flex;gap:.6rem;align-items:flex-start;font-weight:400;margin:.5rem 0}
.choice input{width:1.2rem;height:1.2rem;margin:.2rem 0 0;flex:none;accent-color:var(--accent)}
input[type=text]{display:block;width:100%;max-width:32rem;min-height:2.75rem;margin-top:.3rem;padding:.5rem .75rem;border:1px solid var(--edge);border-radius:8px;background:var(--panel);color:var(--ink);font:inherit}
.happens{margin:0 0 1.5rem;padding-left:1.3rem;max-width:44rem}
.happens li{margin:.35rem 0}
details{margin:1rem 0 0}
summary{cursor:pointer;padding:.6rem 0;font-weight:600;color:var(--accent)}
details[open] summary{margin-bottom:.4rem}
.pages{display:flex;flex-wrap:wrap;gap:.6rem;list-style:none;margin:1.2rem 0 0;padding:0;align-items:center}
.pages a,.pages span{display:block;min-width:2.75rem;padding:.5rem .8rem;text-align:center;border:1px solid var(--line);border-radius:8px;background:var(--panel);text-decoration:none}
.pages [aria-current]{border-color:var(--ink);font-weight:650}
.bottom{border-top:1px solid var(--line);margin-top:3rem;padding:1.2rem 0 2.5rem;font-size:.875rem;color:var(--soft)}
@media (max-width:66rem){.least{display:none}}
@media (max-width:44rem){
.minor{display:none}
table,tbody,tr,th,td,caption{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table{background:none;border:0;border-radius:0;overflow:visible}
tbody tr{background:var(--panel);border:1px solid var(--line);border-radius:12px;padding:.7rem 1rem;margin:0 0 .8rem}
tbody th,tbody td{border:0;padding:.2rem 0;text-align:left}
tbody th{font-size:1.05rem}
td[data-label]{display:grid;grid-template-columns:6.2rem 1fr;gap:.6rem}
.short,.rest{white-space:normal;width:auto}
.number{text-align:left}
td[data-label]::before{content:attr(data-label);color:var(--soft);font-size:.875rem;padding-top:.1rem}
.entries li{grid-template-columns:1fr}
.life-head{display:block;background:var(--panel)}
.life-head>span{display:block}
.life-head>span:last-child{padding:0}
}
@media (prefers-reduced-motion:no-preference){.button,button{transition:color .12s,border-color .12s}}
@media (forced-colors:active){.strip rect{forced-color-adjust:none}.call,.note{border-left-style:double}}
@media print{
:root{--ground:#fff;--panel:#fff;--ink:#000;--soft:#444;--line:#bbb;--edge:#666;--well:#1f6f4b;--well-pale:#cfe5d8;--waiting:#3a5a8c;--waiting-pale:#d5dfee;--need:#a5311a;--need-pale:#fff;--accent:#000;--on-accent:#fff}
html{font-size:10pt}
.wide{max-width:none;padding:0}
.skip,.actions,.pages,.trail,.life-text a{display:none}
details::details-content{display:block;content-visibility:visible;block-size:auto}
.strip{print-color-adjust:exact;-webkit-print-color-adjust:exact}
section,.panel{margin-bottom:1.2rem}
.panel{padding:0;border:0}
li,tr,.call{break-inside:avoid}
h2{break-after:avoid}
a{text-decoration:none;color:inherit}
}
`;

const hash = createHash('sha256').update(style, 'utf8').digest('base64');

/** The value of `Content-Security-Policy` for each page: this style, forms to Keeper, nothing else. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');
