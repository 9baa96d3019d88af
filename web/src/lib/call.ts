/** What a call's figures mean, for lists and details alike. */

export interface TokenFigures {
  input_tokens?: number | null;
  cached_input_tokens?: number | null;
  cache_write_tokens?: number | null;
  output_tokens?: number | null;
  reasoning_tokens?: number | null;
}

export interface TokenPart {
  name: string;
  color: string;
  tokens: number;
}

/** Tokens by type, without overlap: together they are input + output. Empty when nothing is known. */
export function tokenParts(call: TokenFigures): TokenPart[] {
  const input = call.input_tokens ?? 0;
  const cached = Math.min(call.cached_input_tokens ?? 0, input);
  const written = Math.min(call.cache_write_tokens ?? 0, input - cached);
  const output = call.output_tokens ?? 0;
  const reasoning = Math.min(call.reasoning_tokens ?? 0, output);
  return [
    { name: 'Input', color: 'blue', tokens: input - cached - written },
    { name: 'Cached input', color: 'sky', tokens: cached },
    { name: 'Cache write', color: 'violet', tokens: written },
    { name: 'Output', color: 'amber', tokens: output - reasoning },
    { name: 'Reasoning', color: 'sand', tokens: reasoning },
  ].filter((part) => part.tokens > 0);
}

/** Output tokens a second after the first token (after the start when that is not known). Null when it says nothing. */
export function outputSpeed(call: {
  output_tokens?: number | null;
  duration_ms: number;
  ttft_ms?: number | null;
}): number | null {
  const output = call.output_tokens ?? 0;
  const seconds = (call.duration_ms - (call.ttft_ms ?? 0)) / 1000;
  return output >= 2 && seconds > 0.01 ? output / seconds : null;
}

/** The model that answered, else the one asked for. */
export function modelOf(call: { request_model?: string | null; response_model?: string | null }): string | null {
  return call.request_model ?? call.response_model ?? null;
}
