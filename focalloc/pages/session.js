"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const top_ = data.spans.length - 1, number = n => n.toLocaleString("en-GB");
const make = (tag, text, parent) => {
  const node = document.createElement(tag);
  node.textContent = text;
  parent.append(node);
  return node;
};
const LEAST = { 0: 3, 1: 1.5 };  // narrowest stroke of a level, in pixels

function parse(colour) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(colour).trim();
  return [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
}
function palette() {  // raw stands out; gists fade from near to far as they get coarser
  const near = parse("--near"), far = parse("--far"), rgb = c => `rgb(${c.map(Math.round).join(",")})`;
  const colours = [rgb(parse("--raw"))];
  for (let level = 1; level <= top_; level++) {
    const t = top_ === 1 ? 1 : (level - 1) / (top_ - 1);
    colours.push(rgb(near.map((c, i) => c + (far[i] - c) * t)));
  }
  return colours;
}
function blocksOf(row) {  // [level, start, number of blocks alike]
  const runs = [];
  for (let i = 0, at = 0; i < row.runs.length; i += 2) {
    runs.push([row.runs[i], at, row.runs[i + 1]]);
    at += data.spans[row.runs[i]] * row.runs[i + 1];
  }
  return runs;
}
const levelName = level => level === 0 ? "raw tokens" : level === 1 ? "a gist of one block" :
  `a gist of ${number(data.spans[level] / data.spans[0])} blocks`;

document.getElementById("terms").textContent =
  `${number(data.tokens)} tokens, read and then questioned with ${number(data.w_max)} slots of working context ` +
  `and at most ${data.n_diff} actions per iteration.`;

const bands = [];
data.bands.forEach(band => {
  const index = band.question;  // 0 for the reading
  const section = make("section", "", document.getElementById("bands"));
  const label = make("div", "", section), last = band.rows.at(-1);
  make("h2", index ? `${index}. ${band.title}` : band.title, label);
  const expands = band.rows.reduce((n, row) => n + row.expands, 0);
  const collapses = band.rows.reduce((n, row) => n + row.collapses, 0);
  make("small", index ? `${expands} expands, ${collapses} collapses; ends at ${number(last.used)} slots`
    : "from the beginning; what was read longest ago is compressed first" +
      (band.every > 1 ? `; one row per ${band.every} ingests` : ""), label);
  const picture = make("canvas", "", section), budget = make("canvas", "", section);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", `${band.title}: levels over the document, ${band.rows.length} iterations`);
  bands.push({ band, index, picture, budget, pitch: index ? 8 : 3, gap: index ? 1 : 0, head: index ? 9 : 0 });
});
const foot = make("section", "", document.getElementById("bands"));
foot.className = "foot";
make("div", "", foot);
const axis = make("div", "", foot);
axis.className = "axis";
for (let i = 0; i <= 4; i++)
  make("span", `${i ? "" : "token "}${number(Math.round(data.tokens * i / 4))}`, axis).className = i % 2 ? "roomy" : "";
const scale = make("div", "", foot);
scale.className = "axis";
make("span", "0", scale).className = "roomy";
make("span", " slots", make("span", number(data.w_max), scale)).className = "roomy";  // the legend says so, too

function prepare(canvas, height) {
  const width = canvas.clientWidth, ratio = window.devicePixelRatio || 1, pen = canvas.getContext("2d");
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  pen.scale(ratio, ratio);
  return [pen, width];
}
function draw() {
  const colours = palette(), style = getComputedStyle(document.documentElement);
  const mark = style.getPropertyValue("--mark"), near = style.getPropertyValue("--near");
  const legend = document.getElementById("legend");
  legend.replaceChildren();
  colours.forEach((colour, level) => {
    const entry = make("span", "", legend);
    make("i", "", entry).style.background = colour;
    entry.append(levelName(level));
  });
  const arrows = make("span", "", legend);
  make("b", "▼", arrows);
  arrows.append("the blocks most relevant to the question");
  make("span", "right: slots used", legend);
  for (const { band, picture, budget, pitch, gap, head } of bands) {
    const height = head + band.rows.length * pitch;
    const [pen, width] = prepare(picture, height), x = token => token / data.tokens * width;
    pen.fillStyle = mark;
    for (const block of band.wanted) {
      const at = x((block + .5) * data.spans[0]);
      pen.beginPath();
      pen.moveTo(at - 4, 0);
      pen.lineTo(at + 4, 0);
      pen.lineTo(at, 7);
      pen.fill();
    }
    band.rows.forEach((row, i) => {
      const runs = blocksOf(row).sort((a, b) => b[0] - a[0]);  // the finest last, so that it stays visible
      for (const [level, start, count] of runs) {
        const left = x(start), right = x(start + data.spans[level] * count);
        const wide = Math.max(right - left, LEAST[level] ?? 0);
        pen.fillStyle = colours[level];
        pen.fillRect(Math.min((left + right - wide) / 2, width - wide), head + i * pitch, wide, pitch - gap);
      }
    });
    const [bar, full] = prepare(budget, height);
    band.rows.forEach((row, i) => {
      bar.fillStyle = colours[top_];
      bar.fillRect(0, head + i * pitch, full, pitch - gap);
      bar.fillStyle = near;
      bar.globalAlpha = .6;
      bar.fillRect(0, head + i * pitch, full * Math.min(1, row.used / data.w_max), pitch - gap);
      bar.globalAlpha = 1;
    });
  }
}

// EXPLORING: a spot is a band, a row of it and a token; the pointer, a finger or the arrow keys move it

const tip = document.getElementById("tip"), spot = document.getElementById("spot");

function hide() {
  tip.style.visibility = spot.style.visibility = "hidden";
}
function runAt(row, token, reach) {  // the finest that is drawn there; a sliver is drawn wider than it is
  const near = ([level, start, count]) =>
    start - (level ? 0 : reach) <= token && token < start + data.spans[level] * count + (level ? 0 : reach);
  return blocksOf(row).filter(near).sort((a, b) => a[0] - b[0])[0];
}
function blockAt(row, token, reach) {  // level, first token, tokens
  const run = runAt(row, token, reach);
  if (!run) return null;
  const [level, start, count] = run, span = data.spans[level];
  const first = start + Math.min(count - 1, Math.max(0, Math.floor((token - start) / span))) * span;
  return { level, first, span };
}
function show(one, i, token, reach, at) {  // `at` is where the pointer is; without one the tip lies below the block
  const { band, index, picture, pitch, head, gap } = one, row = band.rows[i], block = blockAt(row, token, reach);
  const box = picture.getBoundingClientRect(), x = number => box.left + number / data.tokens * box.width;
  tip.replaceChildren();
  if (!block) {
    make("em", "not read yet", tip);
    spot.style.visibility = "hidden";
  } else {
    const { level, first, span } = block;
    make("strong", levelName(level), tip);
    make("em", `tokens ${number(first)} to ${number(first + span - 1)}`, tip);
    make("em", (index ? `question ${index}, iteration ${i + 1}` : "reading") +
      `: ${row.expands} expands, ${row.collapses} collapses, ${number(row.used)} slots`, tip);
    const acted = row.actions.find(([, l, s]) => first >= s && first < s + data.spans[l]);
    if (acted) make("em", acted[0] === "e" ? "just expanded" : "just collapsed", tip);
    make("q", `${data.excerpts[Math.min(data.excerpts.length - 1, Math.floor(
      Math.min(first + span - 1, Math.max(first, token)) / data.spans[0]))]} …`, tip);
    const wide = Math.max(x(first + span) - x(first), LEAST[level] ?? 0, 4);
    spot.style.visibility = "visible";
    spot.style.width = `${wide}px`;
    spot.style.height = `${pitch - gap + 4}px`;
    spot.style.left = `${(x(first) + x(first + span) - wide) / 2 + scrollX}px`;
    spot.style.top = `${box.top + head + i * pitch - 2 + scrollY}px`;
  }
  const [left, top] = at ?? [x(token), box.top + head + (i + 1) * pitch];
  tip.style.visibility = "visible";
  tip.style.left = `${Math.max(8, Math.min(left + 14, innerWidth - tip.offsetWidth - 8))}px`;
  const below = top + 14 + tip.offsetHeight <= innerHeight - 8;
  tip.style.top = `${below ? top + 14 : Math.max(8, top - tip.offsetHeight - 14)}px`;
}
function pointed(one, event) {
  const { band, picture, pitch, head } = one, box = picture.getBoundingClientRect();
  const i = Math.min(band.rows.length - 1, Math.max(0, Math.floor((event.clientY - box.top - head) / pitch)));
  const token = Math.floor((event.clientX - box.left) / box.width * data.tokens);
  const finger = event.pointerType === "touch" ? 8 : LEAST[0] / 2;
  one.at = [i, Math.min(data.tokens - 1, Math.max(0, token))];
  show(one, ...one.at, finger / box.width * data.tokens, [event.clientX, event.clientY]);
}
const KEYS = {
  ArrowLeft: (i, block, last) => [i, Math.max(0, block.first - 1)],
  ArrowRight: (i, block, last) => [i, Math.min(data.tokens - 1, block.first + block.span)],
  ArrowUp: (i, block, last, token) => [Math.max(0, i - 1), token],
  ArrowDown: (i, block, last, token) => [Math.min(last, i + 1), token],
  Home: i => [i, 0],
  End: i => [i, data.tokens - 1],
};
function walked(one, event) {
  if (event.key === "Escape") hide();
  if (!KEYS[event.key]) return;
  event.preventDefault();
  const [i, token] = one.at, block = blockAt(one.band.rows[i], token, 0) ?? { first: token, span: data.spans[0] };
  one.at = KEYS[event.key](i, block, one.band.rows.length - 1, token);
  show(one, ...one.at, 0);
}
for (const one of bands) {
  const { band, picture } = one;
  one.at = [band.rows.length - 1, (band.wanted[0] ?? 0) * data.spans[0]];
  picture.tabIndex = 0;
  picture.addEventListener("pointermove", event => pointed(one, event));
  picture.addEventListener("pointerdown", event => pointed(one, event));
  picture.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") hide(); });
  picture.addEventListener("focus", () => { if (picture.matches(":focus-visible")) show(one, ...one.at, 0); });
  picture.addEventListener("blur", hide);
  picture.addEventListener("keydown", event => walked(one, event));
}
addEventListener("scroll", () => { tip.style.visibility = "hidden"; }, { passive: true });
addEventListener("pointerdown", event => { if (event.target.tagName !== "CANVAS") hide(); });

draw();
addEventListener("resize", () => { hide(); draw(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
