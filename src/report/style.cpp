// The style of a report's page: system fonts, light and dark, wide and narrow, screen and paper.

#include <string_view>

#include "report/parts.hpp"

namespace soulprint {

const constinit std::string_view kReportStyle = R"css(
:root {
  --paper: #faf8f3; --card: #fffefb; --ink: #26231e; --soft: #696257; --line: #e3ddd0;
  --accent: #2f6b5e; --wash: #e9f0ea; --gone: #8a4b3b;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", "Noto Serif", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171613; --card: #1e1c19; --ink: #ebe6db; --soft: #a79f91; --line: #37332c;
    --accent: #8cc7b7; --wash: #22302b; --gone: #dd9c89;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 56rem; padding: 0 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 var(--sans); overflow-wrap: anywhere;
}
h1, h2, h3, h4, p, ul, dl, dd, blockquote { margin: 0; padding: 0; }
h1, h2, h3, h4 { text-wrap: balance; break-after: avoid; }
ul { list-style: none; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .25em; }
a:hover, a:focus-visible { text-decoration-color: var(--accent); }
.quiet { color: var(--soft); font-size: .9rem; }
.lead { color: var(--soft); margin-bottom: 1.25rem; max-width: 42rem; }

header { padding: 4.5rem 0 2.5rem; text-align: center; }
.kicker { color: var(--accent); font-size: .8rem; letter-spacing: .18em; text-transform: uppercase; }
h1 { font: 400 clamp(2.4rem, 8vw, 4rem)/1.1 var(--serif); margin: .5rem 0 .75rem; }
.archetype { color: var(--accent); font: italic 1.35rem/1.4 var(--serif); }
.vibe { font: 1.2rem/1.5 var(--serif); margin: .75rem auto; max-width: 36rem; text-wrap: balance; }
.note {
  background: var(--wash); border-radius: 1rem; display: inline-block; font-size: .9rem;
  margin-top: 1rem; padding: .3rem 1rem;
}
.figures { display: flex; flex-wrap: wrap; gap: .5rem 3rem; justify-content: center; margin-top: 2rem; }
.figures li { color: var(--soft); font-size: .9rem; }
.figures strong {
  color: var(--ink); display: block; font: 400 1.9rem/1.2 var(--serif); font-variant-numeric: lining-nums;
}

nav { border: solid var(--line); border-width: 1px 0; padding: .75rem 0; }
nav ul { display: flex; flex-wrap: wrap; font-size: .9rem; gap: .25rem 1.4rem; justify-content: center; }

section { border-bottom: 1px solid var(--line); padding: 3rem 0; scroll-margin-top: 1rem; }
h2 { font: 400 1.75rem/1.25 var(--serif); margin-bottom: 1.25rem; }
h3 { font: 600 1.1rem/1.4 var(--serif); margin: 2rem 0 .75rem; }
h3 small { color: var(--soft); font: .85rem var(--sans); margin-left: .25rem; }
h4 { color: var(--soft); font-size: .8rem; font-weight: 600; letter-spacing: .04em; margin-bottom: .4rem; }
h2 + h3 { margin-top: 0; }

dl > div { display: grid; gap: .25rem 2rem; grid-template-columns: 12rem minmax(0, 1fr); padding: .55rem 0; }
dl > div { break-inside: avoid; }
dt { color: var(--soft); font-size: .9rem; line-height: 1.75; }
dd { max-width: 42rem; }
dd li, #memory li, .changes li { padding-inline-start: 1.1rem; position: relative; }
dd li::before, #memory li::before, .changes li::before {
  color: var(--accent); content: "•"; inset-inline-start: 0; position: absolute;
}
dl + .quiet, ul + .quiet { margin-top: 1rem; }
#memory li, #memory p { margin-bottom: .45rem; max-width: 46rem; }
#memory strong { font-weight: 600; }

.timeline { margin-top: 1.5rem; }
.timeline svg { border-bottom: 1px solid var(--soft); display: block; height: 9rem; width: 100%; }
.timeline rect { fill: var(--accent); }
.timeline rect:hover { opacity: .75; }
.axis {
  color: var(--soft); display: flex; font-size: .8rem; justify-content: space-between;
  margin-top: .35rem; position: relative;
}
.year { position: absolute; transform: translateX(-50%); }
.timeline + .quiet { margin-top: .75rem; }

.facts { display: grid; gap: .9rem; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); }
.facts > li {
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem; break-inside: avoid;
  display: flex; flex-direction: column; gap: .4rem; min-width: 0; padding: .95rem 1.1rem;
}
.facts .quiet { font-size: .82rem; margin-top: auto; }
.facts p, .facts blockquote { line-height: 1.5; }
blockquote { font-family: var(--serif); font-size: 1.05rem; }
p + blockquote { border-inline-start: 2px solid var(--accent); color: var(--soft); font-size: 1rem; padding-inline-start: .75rem; }
.more { font-size: .92rem; }
.past { background: none !important; }
.past s { color: var(--soft); text-decoration-color: var(--gone); }
.now { color: var(--accent); font-size: .92rem; }
details { margin-top: .9rem; }
summary { color: var(--accent); cursor: pointer; font-size: .92rem; padding: .35rem 0; }
details .facts { margin-top: .5rem; }

.changes { display: grid; gap: 1.25rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); }
.changes li { font-size: .95rem; margin-bottom: .35rem; }
.changes .new li::before { content: "+"; }
.changes .gone li::before { color: var(--gone); content: "−"; }
.changes .gone li { color: var(--soft); }

footer { color: var(--soft); font-size: .85rem; padding-top: 2rem; text-align: center; }

@media (max-width: 40rem) {
  body { padding: 0 1.1rem 2rem; }
  header { padding: 2.75rem 0 2rem; }
  .figures { gap: .5rem 1.75rem; }
  nav ul { gap: .25rem 1rem; }
  section { padding: 2.25rem 0; }
  dl > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .timeline svg { height: 7rem; }
}

@media print {
  :root {
    --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --accent: #2f6b5e; --wash: #fff;
    --gone: #8a4b3b;
  }
  @page { margin: 18mm 16mm; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  header { padding: 0 0 1.5rem; }
  nav, summary { display: none; }
  section { padding: 1.5rem 0; }
  .timeline rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .timeline { break-inside: avoid; }
  details::details-content { block-size: auto; content-visibility: visible; display: block; }
}
)css";

}  // namespace soulprint
