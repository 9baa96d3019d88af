/** What a span and everything below it used: counted calls only, unknown stays unknown. */
import type { Tree } from '@/lib/tree';

export interface Totals {
  calls: number;
  errors: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cached_input_tokens: number | null;
  cache_write_tokens: number | null;
  reasoning_tokens: number | null;
  cost_usd: number | null;
  unpriced: number;
}

const SUMS = [
  'input_tokens',
  'output_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost_usd',
] as const;

/** One entry for each span of the tree. */
export function totalsOf(tree: Tree): Totals[] {
  const totals = tree.spans.map((span): Totals => {
    const call = span.call?.counted ? span.call : null;
    return {
      calls: call ? 1 : 0,
      errors: span.status === 'error' ? 1 : 0,
      input_tokens: call?.input_tokens ?? null,
      output_tokens: call?.output_tokens ?? null,
      cached_input_tokens: call?.cached_input_tokens ?? null,
      cache_write_tokens: call?.cache_write_tokens ?? null,
      reasoning_tokens: call?.reasoning_tokens ?? null,
      cost_usd: call?.cost_usd ? Number(call.cost_usd) : null,
      unpriced: call?.cost_state === 'unpriced' ? 1 : 0,
    };
  });
  // Children come after their parents, so from the end each is whole when it is added.
  for (let index = totals.length - 1; index >= 0; index -= 1) {
    const own = totals[index];
    const above = totals[tree.parent[index] ?? -1];
    if (!own || !above) continue;
    above.calls += own.calls;
    above.errors += own.errors;
    above.unpriced += own.unpriced;
    for (const name of SUMS) {
      const value = own[name];
      if (value !== null) above[name] = (above[name] ?? 0) + value;
    }
  }
  return totals;
}
