/* A focus allocator in C: the smallest thing that is safe, over wire protocol 1.
 *
 *     cc -O2 -o safe safe.c && focalloc conform --exec ./safe --profile safety
 *
 * Per iteration it collapses the least wanted level-1 node and expands the most wanted visible gist, if it may.
 * Reading the protocol takes no JSON library: commands have a fixed set of keys, and all values are integers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 32, BLOCKS = 1 << 20 };
typedef long long i64;
typedef struct { i64 level, start; } Block;

static i64 arity[LEVELS], cost[LEVELS + 1], span[LEVELS + 1], top;
static i64 w_max, n_diff, gap, protected_tokens, iteration, used;
static Block context[BLOCKS];
static struct { Block node; i64 iteration; char kind; } ledger[BLOCKS];
static int blocks, entries;

static i64 slots(i64 level) { return level ? cost[level] : arity[0] * cost[0]; }
static i64 delta(i64 level) { return arity[level - 1] * cost[level - 1] - cost[level]; }

/* The text just after "key": in a command; NULL if the key is missing. */
static const char *after(const char *line, const char *key) {
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(line, quoted);
    return at ? at + strlen(quoted) : NULL;
}

static i64 number(const char *line, const char *key, i64 usual) {
    const char *at = after(line, key);
    return at ? strtoll(at, NULL, 10) : usual;
}

/* The integers of the array (of arrays) that follows; returns how many. */
static int numbers(const char *at, i64 *into, int most) {
    int count = 0, depth = 0;
    do {
        if (*at == '[') depth++, at++;
        else if (*at == ']') depth--, at++;
        else if (*at == '-' || (*at >= '0' && *at <= '9')) {
            char *next;
            i64 value = strtoll(at, &next, 10);
            if (count < most) into[count++] = value;
            at = next;
        } else at++;
    } while (depth > 0 && *at);
    return count;
}

static int rested(char kind, Block node) { /* COO-1 */
    for (int i = entries - 1; i >= 0 && iteration - ledger[i].iteration < gap; i--)
        if (ledger[i].node.level == node.level && ledger[i].node.start == node.start) return ledger[i].kind == kind;
    return 1;
}

static void record(char kind, Block node) {
    if (entries == BLOCKS) { /* keep the younger half */
        memmove(ledger, ledger + BLOCKS / 2, sizeof ledger / 2);
        entries = BLOCKS / 2;
    }
    ledger[entries].node = node, ledger[entries].iteration = iteration, ledger[entries++].kind = kind;
}

static void open_session(const char *line) {
    static i64 pairs[2 * BLOCKS];
    const char *shape = after(line, "arity"), *prices = after(line, "cost");
    top = numbers(shape ? shape : "[32, 32]", arity, LEVELS);
    int told = prices ? numbers(prices, cost, LEVELS + 1) : 0;
    for (int l = told; l <= top; l++) cost[l] = 1;
    span[0] = span[1] = arity[0];
    for (int l = 2; l <= top; l++) span[l] = span[l - 1] * arity[l - 1];
    w_max = number(line, "w_max", 8192), n_diff = number(line, "n_diff", 4), gap = number(line, "cooldown_steps", 2);
    protected_tokens = number(line, "protected_tokens", 0);
    if (gap < 1) gap = 1;
    blocks = numbers(after(line, "context"), pairs, 2 * BLOCKS) / 2;
    iteration = entries = used = 0;
    for (int i = 0; i < blocks; i++) {
        context[i] = (Block){pairs[2 * i], pairs[2 * i + 1]};
        used += slots(context[i].level);
    }
}

static void step(const char *line) {
    static i64 scores[1 << 22];
    numbers(after(line, "scores"), scores, 1 << 22);
    iteration++;
    i64 end = context[blocks - 1].start + span[context[blocks - 1].level], at = 0;
    int best = -1, least = -1, done = 0;
    double high = 0, low = 0;
    for (int i = 0; i < blocks; at += slots(context[i++].level)) {
        double mean = 0;
        for (i64 s = 0; s < slots(context[i].level); s++) mean += (double)scores[at + s] / slots(context[i].level);
        Block node = context[i].level ? context[i] : (Block){1, context[i].start};
        int tail = node.start + span[1] > end - protected_tokens;
        if (context[i].level == 0 && mean < low && !tail && rested('c', node)) least = i, low = mean;
        if (context[i].level > 0 && mean > high && rested('e', node)) best = i, high = mean;
    }
    printf("{\"actions\": [");
    if (least >= 0 && done < n_diff) { /* a level-0 block becomes its gist in place */
        context[least].level = 1, used -= delta(1), record('c', context[least]);
        printf("[\"collapse\", 1, %lld]", context[least].start), done++;
    }
    Block node = best >= 0 ? context[best] : (Block){0, 0};
    int family = node.level > 1 ? (int)arity[node.level - 1] : 1;
    if (best >= 0 && done < n_diff && used + delta(node.level) <= w_max && blocks + family <= BLOCKS) {
        memmove(context + best + family, context + best + 1, (blocks - best - 1) * sizeof *context);
        for (int j = 0; j < family; j++)
            context[best + j] = (Block){node.level - 1, node.start + j * span[node.level - 1]};
        blocks += family - 1, used += delta(node.level), record('e', node);
        printf("%s[\"expand\", %lld, %lld]", done ? ", " : "", node.level, node.start);
    }
    printf("]}\n");
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        if (strstr(line, "\"hello\"")) puts("{\"protocol\": 1, \"name\": \"safe.c\", \"version\": \"1\", \"strategies\": []}");
        else if (strstr(line, "\"open\"")) open_session(line), puts("{\"ok\": true}");
        else if (strstr(line, "\"step\"")) step(line);
        else if (strstr(line, "\"ingest\"")) puts("{\"skipped\": \"this allocator does not ingest\"}");
        else return puts("{\"ok\": true}"), 0;
        fflush(stdout);
    }
    return 0;
}
