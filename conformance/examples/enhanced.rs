// A focus allocator in Rust: the strategies `greedy` and `enhanced`, complete, over wire protocol 1.
//
//     rustc -O enhanced.rs && focalloc conform --exec ./enhanced --profile enhanced
//
// One file, no crates. It was written from SPEC.md and the protocol's schema alone; comments name the clauses.
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::io::{self, BufRead, Write};

// ---- JSON ----------------------------------------------------------------------------------------------------------

/// A value of JSON. What is no 64-bit integer, text, list or object is `Other`: nothing here has a use for it.
enum Json {
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(HashMap<String, Json>),
    Other,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

const DEEPEST: usize = 16;

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn take(&mut self, expected: u8) -> Result<(), String> {
        if self.peek() != Some(expected) {
            return Err(format!("no JSON at byte {}", self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// The comma-separated items up to `close`; each is read by `item`.
    fn items(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Result<(), String>) -> Result<(), String> {
        self.at += 1;
        if self.peek() == Some(close) {
            return self.take(close);
        }
        loop {
            item(self)?;
            if self.peek() != Some(b',') {
                return self.take(close);
            }
            self.at += 1;
        }
    }

    fn text(&mut self) -> Result<String, String> {
        self.take(b'"')?;
        let start = self.at;
        while let Some(&byte) = self.text.get(self.at) {
            if byte == b'"' {
                let found = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
                self.at += 1;
                return Ok(found);
            }
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        Err("a text without an end".into())
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > DEEPEST {
            return Err("nested too deeply".into());
        }
        match self.peek() {
            Some(b'{') => {
                let mut object = HashMap::new();
                self.items(b'}', |reader| {
                    let key = reader.text()?;
                    reader.take(b':')?;
                    object.insert(key, reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Json::Object(object))
            }
            Some(b'[') => {
                let mut list = Vec::new();
                self.items(b']', |reader| {
                    list.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Json::List(list))
            }
            Some(b'"') => Ok(Json::Text(self.text()?)),
            _ => {
                let start = self.at;
                while self.text.get(self.at).is_some_and(|byte| !b",]} \t\r\n".contains(byte)) {
                    self.at += 1;
                }
                let word = std::str::from_utf8(&self.text[start..self.at]).unwrap_or("");
                Ok(word.parse().map_or(Json::Other, Json::Int))
            }
        }
    }
}

impl Json {
    fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(object) => object.get(key),
            _ => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Json::Text(text) => text,
            _ => "",
        }
    }

    fn integers(&self, what: &str) -> Result<Vec<i64>, String> {
        let Json::List(items) = self else { return Err(format!("{what}: no list")) };
        let whole = |(i, item): (usize, &Json)| match item {
            Json::Int(number) => Ok(*number),
            _ => Err(format!("{what}: item {i} is no integer")),
        };
        items.iter().enumerate().map(whole).collect()
    }
}

// ---- GEOMETRY AND PARAMETERS ---------------------------------------------------------------------------------------

fn need(condition: bool, rule: &str) -> Result<(), String> {
    if condition {
        Ok(())
    } else {
        Err(rule.into())
    }
}

struct Geometry {
    arity: Vec<i64>,
    cost: Vec<i64>,
    span: Vec<i64>,
    top: usize,
}

impl Geometry {
    fn read(told: Option<&Json>) -> Result<Geometry, String> {
        let list = |key| told.and_then(|shape| shape.get(key)).map(|list| list.integers(key));
        let arity = list("arity").unwrap_or(Ok(vec![32, 32]))?;
        let mut cost = list("cost").unwrap_or(Ok(vec![]))?;
        let top = arity.len();
        if cost.is_empty() {
            cost = vec![1; top + 1];
        }
        need(top >= 1 && cost.len() == top + 1, "geometry: one cost per level, and a level (GEO-1)")?;
        need(arity.iter().all(|&k| k >= 2), "geometry: arity from 2 (GEO-1)")?;
        need(cost.iter().all(|&c| c >= 1), "geometry: cost from 1 (GEO-1)")?;
        let mut span = vec![arity[0]];
        for level in 1..=top {
            let (k, c) = (arity[level - 1], cost[level - 1]);
            let family = k.checked_mul(c).unwrap_or(i64::MAX);
            need(family > cost[level], "geometry: a free expansion (GEO-2)")?;
            need(family <= 1 << 26, "geometry: a family of more than 2^26 slots (GEO-3)")?;
            span.push(if level == 1 { k } else { span[level - 1] * k });
            need(span[level] <= 1 << 31, "geometry: a node over more than 2^31 tokens (GEO-3)")?;
        }
        Ok(Geometry { arity, cost, span, top })
    }

    fn slots(&self, level: usize) -> i64 {
        if level == 0 {
            self.arity[0] * self.cost[0]
        } else {
            self.cost[level]
        }
    }

    /// Blocks in the family of a node.
    fn members(&self, level: usize) -> usize {
        if level == 1 {
            1
        } else {
            self.arity[level - 1] as usize
        }
    }

    fn delta(&self, level: usize) -> i64 {
        self.arity[level - 1] * self.cost[level - 1] - self.cost[level]
    }

    fn parent(&self, node: Node) -> Node {
        let level = node.0 + 1;
        (level, node.1 - node.1 % self.span[level])
    }
}

#[derive(PartialEq)]
enum Ties {
    Position,
    Cursor,
    Recency,
}

struct Params {
    w_max: i64,
    n_diff: usize,
    tau_expand: i64,
    tau_collapse: i64,
    gap: i64,
    protected: i64,
    w_soft: i64,
    soft_margin: i64,
    ties: Ties,
    window: usize,
    tau_min: i64,
    tau_max: i64,
    memory: i64,
    balance: bool,
}

impl Params {
    fn read(told: Option<&Json>) -> Result<Params, String> {
        let integer = |key: &str, default: i64, low: i64, high: i64| match told.and_then(|all| all.get(key)) {
            None => Ok(default),
            Some(&Json::Int(value)) if (low..=high).contains(&value) => Ok(value),
            Some(_) => Err(format!("{key}: an integer from {low} to {high} (PAR-1)")),
        };
        let word = |key: &str, default| told.and_then(|all| all.get(key)).map_or(default, Json::text);
        const MOST: i64 = (1 << 31) - 1;
        let w_max = integer("w_max", 8192, 1, 1 << 26)?;
        let soft = integer("w_soft", 0, 0, w_max)?;
        let (tau_expand, tau_collapse) =
            (integer("tau_expand", 209715, 0, MOST)?, integer("tau_collapse", 209715, 0, MOST)?);
        let (tau_min, tau_max) = (integer("tau_min", 1, 1, MOST)?, integer("tau_max", MOST, 1, MOST)?);
        let window = integer("adaptive_window", 0, 0, 1 << 16)? as usize;
        let gap = integer("cooldown_steps", 2, 0, 1 << 31)?.max(1);
        let remembered = integer("recency_memory", 64, 1, 1 << 31)?;
        let ties = match word("tie_break", "position") {
            "position" => Ties::Position,
            "cursor" => Ties::Cursor,
            "recency" => Ties::Recency,
            _ => return Err("tie_break: position, cursor or recency (PAR-1)".into()),
        };
        match word("strategy", "greedy") {
            "enhanced" => (),
            "greedy" => need(ties == Ties::Position, "tie_break: for the strategy enhanced only (PAR-2)")?,
            _ => return Err("strategy: greedy or enhanced".into()),
        }
        for tau in [tau_expand, tau_collapse] {
            need(window == 0 || (tau_min..=tau_max).contains(&tau), "tau: outside tau_min to tau_max (PAR-2)")?;
        }
        Ok(Params {
            w_max,
            n_diff: integer("n_diff", 4, 0, 1 << 16)? as usize,
            tau_expand,
            tau_collapse,
            gap,
            protected: integer("protected_tokens", 0, 0, 1 << 48)?,
            w_soft: if soft == 0 { w_max } else { soft },
            soft_margin: integer("soft_margin", 0, 0, MOST)?,
            memory: if ties == Ties::Recency { gap.max(remembered) } else { gap },
            ties,
            window,
            tau_min,
            tau_max,
            balance: integer("balance", 0, 0, 1)? == 1,
        })
    }
}

// ---- A SESSION -----------------------------------------------------------------------------------------------------

/// `(level, start)`: a block of the context, or the node of an action.
type Node = (usize, i64);

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Expand,
    Collapse,
}

type Action = (Kind, Node);

#[derive(Clone)]
struct Candidate {
    node: Node,
    mean: i64,
    /// When the node was acted on last, for ties by recency; -1 if that is not remembered.
    acted: i64,
}

struct Session {
    geometry: Geometry,
    params: Params,
    context: Vec<Node>,
    used: i64,
    iteration: i64,
    /// The latest action on each node, and its iteration (COO-2).
    ledger: HashMap<Node, (Kind, i64)>,
    /// Slots used after each of the last iterations, at most a window of them (ADA-1).
    history: VecDeque<i64>,
    tau_expand: i64,
    tau_collapse: i64,
}

const LAST_TOKEN: i64 = 1 << 48;
const MOST_SLOTS: i64 = 1 << 26;

impl Session {
    fn open(told: &Json) -> Result<Session, String> {
        let geometry = Geometry::read(told.get("geometry"))?;
        let params = Params::read(told.get("params"))?;
        let Some(Json::List(blocks)) = told.get("context") else { return Err("context: no list".into()) };
        need(!blocks.is_empty(), "context: empty (CTX-3)")?;
        let (mut context, mut used, mut end) = (Vec::with_capacity(blocks.len()), 0, None);
        for block in blocks {
            let [level, start] = block.integers("context")?[..] else { return Err("context: no pair".into()) };
            need((0..=geometry.top as i64).contains(&level), "context: no such level (CTX-1)")?;
            let level = level as usize;
            need((0..LAST_TOKEN).contains(&start), "context: beyond 2^48 (CTX-4)")?;
            need(start % geometry.span[level] == 0, "context: not aligned (CTX-2)")?;
            need(end.unwrap_or(start) == start, "context: a gap or an overlap (CTX-3)")?;
            end = Some(start + geometry.span[level]);
            need(end <= Some(LAST_TOKEN), "context: beyond 2^48 (CTX-4)")?;
            used += geometry.slots(level);
            need(used <= MOST_SLOTS, "context: more than 2^26 slots (CTX-4)")?;
            context.push((level, start));
        }
        Ok(Session {
            tau_expand: params.tau_expand,
            tau_collapse: params.tau_collapse,
            geometry,
            params,
            context,
            used,
            iteration: 0,
            ledger: HashMap::new(),
            history: VecDeque::new(),
        })
    }

    fn end(&self) -> i64 {
        let &(level, start) = self.context.last().expect("a context has a block");
        start + self.geometry.span[level]
    }

    fn checked(&self, told: &Json) -> Result<Vec<i64>, String> {
        let row = told.get("scores").unwrap_or(&Json::Other).integers("scores")?;
        need(row.len() as i64 == self.used, &format!("scores: one for each of {} slots (SCO-2)", self.used))?;
        need(row.iter().all(|&q| -(1 << 31) < q && q < 1 << 31), "scores: one does not fit (SCO-1)")?;
        Ok(row)
    }

    /// The sum of each block's scores.
    fn sums(&self, row: &[i64]) -> Vec<i64> {
        let mut at = 0;
        let mut sum = |&(level, _): &Node| {
            let slots = self.geometry.slots(level) as usize;
            at += slots;
            row[at - slots..at].iter().sum()
        };
        self.context.iter().map(&mut sum).collect()
    }

    /// COO-1, for an iteration or an ingest that counts as iteration `now`.
    fn rested(&self, kind: Kind, node: Node, now: i64) -> bool {
        !self.ledger.get(&node).is_some_and(|&(last, then)| last != kind && now - then < self.params.gap)
    }

    /// TAI-1.
    fn in_tail(&self, (level, start): Node) -> bool {
        start + self.geometry.span[level] > self.end() - self.params.protected
    }

    /// The family that begins with the block at `at`, if it is complete: its node and how many blocks it has (ACT-4).
    fn family(&self, context: &[Node], at: usize) -> Option<(Node, usize)> {
        let (level, start) = context[at];
        if level == self.geometry.top || start % self.geometry.span[level + 1] != 0 {
            return None;
        }
        let members = self.geometry.members(level + 1);
        let row = context.get(at..at + members)?;
        row.iter().all(|other| other.0 == level).then_some(((level + 1, start), members))
    }

    fn candidate(&self, node: Node, sum: i64, slots: i64) -> Candidate {
        let acted = self.ledger.get(&node).map_or(-1, |&(_, then)| then);
        Candidate { node, mean: sum.div_euclid(slots), acted } // SCO-3: the divisor is positive, so this is the floor
    }

    /// Every collapse that legality, cooldown and tail allow in an iteration or ingest that counts as `now`.
    fn collapses(&self, sums: &[i64], now: i64) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.context.len() {
            let mut next = at + 1;
            if let Some((node, members)) = self.family(&self.context, at) {
                next = at + members;
                if self.rested(Kind::Collapse, node, now) && !self.in_tail(node) {
                    let slots = self.geometry.delta(node.0) + self.geometry.cost[node.0];
                    found.push(self.candidate(node, sums[at..next].iter().sum(), slots));
                }
            }
            at = next;
        }
        found
    }

    fn expands(&self, sums: &[i64], now: i64) -> Vec<Candidate> {
        let visible = self.context.iter().zip(sums).filter(|(node, _)| node.0 > 0);
        let rested = visible.filter(|(&node, _)| self.rested(Kind::Expand, node, now));
        rested.map(|(&node, &sum)| self.candidate(node, sum, self.geometry.slots(node.0))).collect()
    }

    // ---- ONE ITERATION ---------------------------------------------------------------------------------------------

    fn step(&mut self, told: &Json) -> Result<Vec<Action>, String> {
        let mut row = self.checked(told)?; // a refused call changes nothing: all below succeeds
        self.iteration += 1;
        let (now, memory) = (self.iteration, self.params.memory);
        self.ledger.retain(|_, &mut (_, then)| now - then < memory);
        self.adapt();
        if self.params.balance {
            balance(&mut row);
        }
        let sums = self.sums(&row);
        let mut expands = self.expands(&sums, now);
        expands.retain(|one| one.mean > self.tau_expand);
        let mut collapses = self.collapses(&sums, now);
        collapses.retain(|one| one.mean < -self.tau_collapse);
        self.rank(&mut expands, Kind::Expand);
        self.rank(&mut collapses, Kind::Collapse);
        let chosen = self.select(&expands, &collapses);
        for &action in &chosen {
            self.apply(action, now);
        }
        if self.params.window > 0 {
            self.history.push_back(self.used);
            if self.history.len() > self.params.window {
                self.history.pop_front();
            }
        }
        Ok(chosen)
    }

    /// ADA-1 and ADA-2.
    fn adapt(&mut self) {
        let Params { window, w_max, tau_min, tau_max, .. } = self.params;
        if window == 0 || self.history.len() < window {
            return;
        }
        let total: i64 = self.history.iter().sum();
        let full = window as i64 * w_max;
        let adapted = if 5 * total < 4 * full {
            self.tau_expand * 19 / 20
        } else if 20 * total > 19 * full {
            (self.tau_expand * 21 + 19) / 20
        } else {
            return;
        };
        self.tau_expand = adapted.clamp(tau_min, tau_max);
        self.tau_collapse = self.tau_expand;
    }

    /// GRE-2 to GRE-4, TIE-1 and TIE-2.
    fn rank(&self, queue: &mut [Candidate], kind: Kind) {
        let sign = if kind == Kind::Expand { -1 } else { 1 };
        queue.sort_by_key(|one| {
            let (level, start) = one.node;
            let tie = match self.params.ties {
                Ties::Position => start,
                Ties::Cursor => sign * start,
                Ties::Recency => one.acted,
            };
            (sign * one.mean, tie, start, level)
        });
    }

    /// Greedy: turns alternate until the cap is reached or neither side can act (GRE-1, GRE-5, GRE-6, CAP-1).
    fn select(&self, expands: &[Candidate], collapses: &[Candidate]) -> Vec<Action> {
        let (mut expands, mut collapses) = (expands.iter().peekable(), collapses.iter().peekable());
        let (mut chosen, mut used) = (Vec::new(), self.used);
        let (mut collapsed, mut torn) = (HashSet::new(), HashSet::new()); // ACT-5: what excludes candidates
        loop {
            let before = chosen.len();
            while expands.next_if(|one| self.has_parent_in(&collapsed, one.node)).is_some() {}
            if chosen.len() < self.params.n_diff {
                if let Some(head) = expands.next_if(|one| self.fits(one, used)) {
                    chosen.push((Kind::Expand, head.node));
                    used += self.geometry.delta(head.node.0);
                    if head.node.0 < self.geometry.top {
                        torn.insert(self.geometry.parent(head.node));
                    }
                }
            }
            while collapses.next_if(|one| torn.contains(&one.node)).is_some() {}
            if chosen.len() < self.params.n_diff {
                if let Some(head) = collapses.next() {
                    chosen.push((Kind::Collapse, head.node));
                    used -= self.geometry.delta(head.node.0);
                    collapsed.insert(head.node);
                }
            }
            if chosen.len() == before {
                return chosen;
            }
        }
    }

    fn has_parent_in(&self, nodes: &HashSet<Node>, node: Node) -> bool {
        node.0 < self.geometry.top && nodes.contains(&self.geometry.parent(node))
    }

    /// BUD-1 and SOF-1.
    fn fits(&self, one: &Candidate, used: i64) -> bool {
        let urgent = one.mean > self.tau_expand + self.params.soft_margin;
        let limit = if urgent { self.params.w_max } else { self.params.w_soft };
        used + self.geometry.delta(one.node.0) <= limit
    }

    fn place(context: &[Node], start: i64) -> usize {
        context.partition_point(|block| block.1 < start)
    }

    fn apply(&mut self, (kind, node): Action, now: i64) {
        let (level, start) = node;
        let (at, members) = (Session::place(&self.context, start), self.geometry.members(level));
        if kind == Kind::Expand {
            let width = self.geometry.span[level - 1];
            self.context.splice(at..at + 1, (0..members as i64).map(|j| (level - 1, start + j * width)));
            self.used += self.geometry.delta(level);
        } else {
            self.context.splice(at..at + members, [node]);
            self.used -= self.geometry.delta(level);
        }
        self.ledger.insert(node, (kind, now));
    }

    // ---- INGEST ----------------------------------------------------------------------------------------------------

    /// Collapses the least wanted until the new blocks fit, or refuses and changes nothing (ING-1 to ING-5).
    fn ingest(&mut self, told: &Json) -> Result<Vec<Action>, String> {
        let Some(&Json::Int(blocks)) = told.get("blocks") else { return Err("blocks: no integer".into()) };
        need((1..=MOST_SLOTS).contains(&blocks), "blocks: from 1 to 2^26")?;
        let (end, width) = (self.end(), self.geometry.span[0]);
        need(end + blocks * width <= LAST_TOKEN, "blocks: beyond 2^48 (CTX-4)")?;
        let row = self.checked(told)?;
        let (mut context, mut sums, mut used) = (self.context.clone(), self.sums(&row), self.used);
        let room = self.params.w_max - blocks * self.geometry.slots(0);
        let lowest_first = |one: Candidate| std::cmp::Reverse((one.mean, one.node.1, one.node.0));
        let mut open: BinaryHeap<_> = self.collapses(&sums, self.iteration).into_iter().map(lowest_first).collect();
        let mut chosen = Vec::new();
        while used > room {
            let Some(std::cmp::Reverse((mean, start, level))) = open.pop() else {
                return Err(format!("blocks: no room for {blocks} (ING-3)"));
            };
            let (at, members) = (Session::place(&context, start), self.geometry.members(level));
            context.splice(at..at + members, [(level, start)]);
            sums.splice(at..at + members, [mean * self.geometry.cost[level]]);
            used -= self.geometry.delta(level);
            chosen.push((Kind::Collapse, (level, start)));
            if level < self.geometry.top {
                // The new gist may have completed the family above it.
                let first = Session::place(&context, self.geometry.parent((level, start)).1);
                if let Some((node, members)) = self.family(&context, first) {
                    if node.0 == level + 1 && self.rested(Kind::Collapse, node, self.iteration) && !self.in_tail(node) {
                        let slots = self.geometry.delta(node.0) + self.geometry.cost[node.0];
                        open.push(lowest_first(self.candidate(node, sums[first..first + members].iter().sum(), slots)));
                    }
                }
            }
        }
        for &action in &chosen {
            self.apply(action, self.iteration);
        }
        self.context.extend((0..blocks).map(|i| (0, end + i * width)));
        self.used += blocks * self.geometry.slots(0);
        Ok(chosen)
    }

    // ---- REPORTS ---------------------------------------------------------------------------------------------------

    /// The token of each slot (CTX-5).
    fn positions(&self) -> Vec<i64> {
        let mut found = Vec::with_capacity(self.used as usize);
        for &(level, start) in &self.context {
            let span = self.geometry.span[level];
            let tokens = if level == 0 { start..start + span } else { start + span / 2..start + span / 2 + 1 };
            for token in tokens {
                found.resize(found.len() + self.geometry.cost[level] as usize, token);
            }
        }
        found
    }
}

/// BAL-1.
fn balance(row: &mut [i64]) {
    let positive: i64 = row.iter().filter(|&&q| q > 0).sum();
    let negative: i64 = -row.iter().filter(|&&q| q < 0).sum::<i64>();
    if positive == 0 || negative == 0 {
        return;
    }
    let (least, most) = (positive.min(negative), positive.max(negative));
    let scale = (((least as i128) << 20) / most as i128) as i64;
    for q in row.iter_mut() {
        if (*q > 0) == (positive > negative) {
            *q = *q * scale / (1 << 20); // division of integers rounds towards 0
        }
    }
}

// ---- THE CONVERSATION ----------------------------------------------------------------------------------------------

fn pairs(blocks: &[Node]) -> String {
    blocks.iter().map(|(level, start)| format!("[{level},{start}]")).collect::<Vec<_>>().join(",")
}

fn triples(chosen: &[Action]) -> String {
    let word = |kind| if kind == Kind::Expand { "expand" } else { "collapse" };
    let shown = |&(kind, (level, start)): &Action| format!("[\"{}\",{level},{start}]", word(kind));
    format!("\"actions\":[{}]", chosen.iter().map(shown).collect::<Vec<_>>().join(","))
}

/// What a session says of itself with every answer (CTX-5, CTX-6, COO-2).
fn reports(session: &Session) -> String {
    let (context, entries) = (pairs(&session.context), session.ledger.len());
    format!("\"context\":[{context}],\"positions\":{:?},\"ledger_size\":{entries}", session.positions())
}

fn opened(session: &mut Option<Session>) -> Result<&mut Session, String> {
    session.as_mut().ok_or("no session is open".into())
}

fn answer(session: &mut Option<Session>, message: &Json) -> Result<String, String> {
    const HELLO: &str = r#"{"protocol":1,"name":"enhanced.rs","version":"1","strategies":["greedy","enhanced"],
        "offers":["ingest","ingest_scores","context","positions","ledger_size"]}"#;
    let said = match message.get("cmd").map_or("", Json::text) {
        "hello" => return Ok(HELLO.replace('\n', "")),
        "close" => return Ok(r#"{"ok":true}"#.into()),
        "open" => {
            *session = Some(Session::open(message)?);
            "\"ok\":true".into()
        }
        "step" => triples(&opened(session)?.step(message)?),
        "ingest" => triples(&opened(session)?.ingest(message)?),
        _ => return Ok(r#"{"skipped":"unknown command"}"#.into()),
    };
    Ok(format!("{{{said},{}}}", reports(opened(session)?)))
}

fn main() -> io::Result<()> {
    let (mut session, mut out) = (None, io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let message = Reader { text: line.as_bytes(), at: 0 }.value(0);
        let answered = message.as_ref().map_err(Clone::clone).and_then(|one| answer(&mut session, one));
        writeln!(out, "{}", answered.unwrap_or_else(|why| format!("{{\"error\":\"{why}\"}}")))?;
        out.flush()?;
        if message.is_ok_and(|one| one.get("cmd").is_some_and(|command| command.text() == "close")) {
            break;
        }
    }
    Ok(())
}
