// A focus allocator in JavaScript: the greedy strategy, complete, over wire protocol 1.
//
//   focalloc conform --exec "node greedy.mjs" --profile greedy
//
// Numbers are doubles, exact below 2^53. Tokens and slots stay below; a sum of scores need not, so that `mean` sums
// quotients and remainders apart, and `balanced` takes its masses as BigInt.
import { createInterface } from "node:readline";

let geometry, params, context, ledger, iteration, recent, span, slots;

const key = (level, start) => `${level}:${start}`;
const fanout = (level) => (level === 1 ? 1 : geometry.arity[level - 1]);
const delta = (level) => geometry.arity[level - 1] * geometry.cost[level - 1] - geometry.cost[level];
const used = () => context.reduce((sum, [level]) => sum + slots[level], 0);
const end = () => { const [level, start] = context.at(-1); return start + span[level]; };
const gap = () => Math.max(1, params.cooldown_steps);
const need = (condition, why) => { if (!condition) throw new Error(why); };

const DEFAULTS = { w_max: 8192, n_diff: 4, tau_expand: 209715, tau_collapse: 209715, cooldown_steps: 2,
  protected_tokens: 0, w_soft: 0, soft_margin: 0, tie_break: "position", strategy: "greedy",
  adaptive_window: 0, tau_min: 1, tau_max: 2 ** 31 - 1, balance: 0 };
const MOST = 2 ** 31 - 1;
const RANGES = { w_max: [1, 2 ** 26], n_diff: [0, 2 ** 16], tau_expand: [0, MOST], tau_collapse: [0, MOST],
  cooldown_steps: [0, 2 ** 31], protected_tokens: [0, 2 ** 48], w_soft: [0, 2 ** 26], soft_margin: [0, MOST],
  adaptive_window: [0, 2 ** 16], tau_min: [1, MOST], tau_max: [1, MOST], balance: [0, 1] };

function told(message) {
  const p = { ...DEFAULTS, ...message.params };
  for (const [name, [low, high]] of Object.entries(RANGES))
    need(Number.isInteger(p[name]) && p[name] >= low && p[name] <= high, `${name}: an integer from ${low} to ${high}`);
  need(p.strategy === "greedy" && p.tie_break === "position", "params: only greedy, ties by position");
  need(p.w_soft <= p.w_max, "w_soft: at most w_max");
  const clamped = (tau) => p.tau_min <= tau && tau <= p.tau_max;
  need(!p.adaptive_window || (clamped(p.tau_expand) && clamped(p.tau_collapse)), "params: clamp");
  return { ...p, w_soft: p.w_soft || p.w_max };
}

function open(message) {
  const { arity = [32, 32], cost: prices = [] } = message.geometry;
  const cost = prices.length ? prices : Array(arity.length + 1).fill(1);
  need(arity.length >= 1 && cost.length === arity.length + 1, "geometry: one cost per level");
  need(arity.every((k) => k >= 2) && cost.every((c) => c >= 1), "geometry: arity >= 2, cost >= 1");
  arity.forEach((k, l) => need(k * cost[l] > cost[l + 1], `geometry: level ${l + 1} expands for nothing`));
  const spans = [arity[0], arity[0]];
  arity.slice(1).forEach((k) => spans.push(spans.at(-1) * k));
  need(spans.at(-1) <= 2 ** 31 && arity.every((k, l) => k * cost[l] <= 2 ** 26), "geometry: too large");
  const sizes = [arity[0] * cost[0], ...cost.slice(1)];
  const p = told(message);
  need(message.context.length > 0, "context: empty");
  let at = message.context[0][1], total = 0;
  for (const [level, start] of message.context) {
    need(level >= 0 && level <= arity.length, "context: no such level");
    need(start >= 0 && start + spans[level] <= 2 ** 48, "context: out of range");
    need(start % spans[level] === 0 && start === at, "context: misaligned or torn");
    at += spans[level];
    total += sizes[level];
  }
  need(total <= 2 ** 26, "context: too many slots");
  [geometry, params, context, span, slots] = [{ arity, cost }, p, message.context, spans, sizes];
  [ledger, iteration, recent] = [new Map(), 0, []];
}

// Every action that the context admits, with the sum of its slots' scores floored to their mean.
function possible(scores) {
  const offset = [0];
  for (const [level] of context) offset.push(offset.at(-1) + slots[level]);
  const mean = (i, j) => {
    const count = offset[j] - offset[i];
    let whole = 0, rest = 0;
    for (let s = offset[i]; s < offset[j]; s++) {
      const quotient = Math.floor(scores[s] / count);
      whole += quotient;
      rest += scores[s] - quotient * count;
    }
    return whole + Math.floor(rest / count);
  };
  const found = [];
  context.forEach(([level, start], i) => {
    if (level > 0) found.push({ kind: "expand", level, start, mean: mean(i, i + 1) });
    if (level === geometry.arity.length || start % span[level + 1] !== 0) return;
    const family = context.slice(i, i + fanout(level + 1));
    if (family.length === fanout(level + 1) && family.every(([other]) => other === level))
      found.push({ kind: "collapse", level: level + 1, start, mean: mean(i, i + family.length), at: i });
  });
  return found;
}

function allowed({ kind, level, start }, now) {
  const last = ledger.get(key(level, start));
  if (last && last.kind !== kind && now - last.iteration < gap()) return false;
  return kind === "expand" || start + span[level] <= end() - params.protected_tokens;
}

const byRank = (a, b) =>
  (a.kind === "expand" ? b.mean - a.mean : a.mean - b.mean) || a.start - b.start || a.level - b.level;

function apply({ kind, level, start }) {
  const inside = ([, token]) => token >= start && token < start + span[level];
  const at = context.findIndex(inside);
  const family = Array.from({ length: fanout(level) }, (_, j) => [level - 1, start + j * span[level - 1]]);
  context.splice(at, context.filter(inside).length, ...(kind === "expand" ? family : [[level, start]]));
  ledger.set(key(level, start), { kind, iteration });
}

function checked(scores) {
  need(scores.length === used(), `${scores.length} scores for ${used()} slots`);
  scores.forEach((q, i) => need(Number.isInteger(q) && Math.abs(q) < 2 ** 31, `scores[${i}] = ${q} does not fit`));
}

// Thresholds follow what was used at the end of the last iterations (ADA-1, ADA-2).
function adapt() {
  const { adaptive_window: window, w_max, tau_min, tau_max, tau_expand } = params;
  if (!window || recent.length < window) return;
  const total = recent.reduce((sum, one) => sum + one, 0), full = window * w_max;
  let tau;
  if (5 * total < 4 * full) tau = Math.floor((tau_expand * 19) / 20);
  else if (20 * total > 19 * full) tau = Math.ceil((tau_expand * 21) / 20);
  else return;
  params.tau_expand = params.tau_collapse = Math.min(Math.max(tau, tau_min), tau_max);
}

// The heavier side scaled to the mass of the lighter one, if that is asked for (BAL-1).
function balanced(scores) {
  const mass = (sign) => scores.reduce((sum, q) => (q * sign > 0 ? sum + BigInt(q * sign) : sum), 0n);
  const [positive, negative] = [mass(1), mass(-1)];
  if (!params.balance || positive === 0n || negative === 0n) return scores;
  const [least, most, heavier] = positive > negative ? [negative, positive, 1] : [positive, negative, -1];
  const gain = Number((least << 20n) / most);
  return scores.map((q) => (q * heavier > 0 ? Math.trunc((q * gain) / 2 ** 20) : q));
}

function step({ scores: given }) {
  checked(given);
  adapt();
  const scores = balanced(given);
  const now = iteration + 1;
  const pool = possible(scores).filter((one) => allowed(one, now) &&
    (one.kind === "expand" ? one.mean > params.tau_expand : one.mean < -params.tau_collapse));
  const ranked = (kind) => pool.filter((one) => one.kind === kind).sort(byRank);
  const queue = { expand: ranked("expand"), collapse: ranked("collapse") };
  const chosen = [];
  let size = used();
  const fits = (one) => {
    const limit = one.mean > params.tau_expand + params.soft_margin ? params.w_max : params.w_soft;
    return one.kind === "collapse" || size + delta(one.level) <= limit;
  };
  const overlaps = (a, b) => a.start < b.start + span[b.level] && b.start < a.start + span[a.level];
  for (let before = -1; before !== chosen.length; ) {
    before = chosen.length;
    for (const kind of ["expand", "collapse"]) {
      const head = queue[kind][0];
      if (!head || chosen.length >= params.n_diff || !fits(head)) continue;
      chosen.push(head);
      size += kind === "expand" ? delta(head.level) : -delta(head.level);
      for (const other of ["expand", "collapse"]) queue[other] = queue[other].filter((one) => !overlaps(one, head));
    }
  }
  iteration = now;
  for (const [node, last] of ledger) if (now - last.iteration >= gap()) ledger.delete(node);
  chosen.forEach(apply);
  if (params.adaptive_window) recent = [...recent, size].slice(-params.adaptive_window);
  return chosen;
}

function ingest({ blocks, scores }) {
  need(Number.isInteger(blocks) && blocks >= 1 && blocks <= 2 ** 26, "blocks: at least 1");
  need(end() + blocks * span[0] <= 2 ** 48, "blocks: out of range");
  checked(scores);
  const saved = [context, ledger];
  [context, ledger] = [context.slice(), new Map(ledger)];
  const chosen = [];
  let row = scores.slice();
  while (used() + blocks * slots[0] > params.w_max) {
    const pool = possible(row).filter((one) => one.kind === "collapse" && allowed(one, iteration)).sort(byRank);
    if (!pool.length) { [context, ledger] = saved; throw new Error("no room"); }
    const { level, at, mean } = pool[0];
    const first = context.slice(0, at).reduce((sum, [other]) => sum + slots[other], 0);
    row.splice(first, fanout(level) * slots[level - 1], ...Array(slots[level]).fill(mean));
    apply(pool[0]);
    chosen.push(pool[0]);
  }
  for (let i = 0; i < blocks; i++) context.push([0, end()]);
  return chosen;
}

const answer = (object) => process.stdout.write(JSON.stringify(object) + "\n");
const actions = (chosen) => answer({ actions: chosen.map(({ kind, level, start }) => [kind, level, start]) });

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const message = JSON.parse(line);
    if (message.cmd === "hello") answer({ protocol: 1, name: "greedy.mjs", version: "1", strategies: ["greedy"] });
    else if (message.cmd === "open") { open(message); answer({ ok: true }); }
    else if (message.cmd === "step") actions(step(message));
    else if (message.cmd === "ingest") actions(ingest(message));
    else if (message.cmd === "close") { answer({ ok: true }); break; }
    else answer({ skipped: `unknown command ${message.cmd}` });
  } catch (error) {
    answer({ error: error.message });
  }
}
