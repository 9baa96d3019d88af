import { describe, expect, it } from 'vitest';
import { snippets } from './snippets';

const HTTP = 'http://127.0.0.1:4318';

function textOf(target: Parameters<typeof snippets>[0]): string[] {
  return snippets(target).map((snippet) => snippet.blocks.map((block) => block.code).join('\n'));
}

describe('snippets', () => {
  it('all name this server', () => {
    for (const text of textOf({ http: HTTP, grpc: null, project: null, key: null }))
      expect(text).toContain('127.0.0.1:4318');
  });
  it('hold neither key nor project where none is needed', () => {
    for (const text of textOf({ http: HTTP, grpc: null, project: null, key: null })) {
      expect(text).not.toMatch(/x-sonde-project|[Bb]earer/);
    }
  });
  it('hold the key everywhere when one is needed', () => {
    for (const text of textOf({ http: HTTP, grpc: null, project: 'shop', key: 'sk-1' })) expect(text).toContain('sk-1');
  });
  it('have ids of their own', () => {
    const ids = snippets({ http: HTTP, grpc: null, project: null, key: null }).map((snippet) => snippet.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('send a test span that is JSON once the shell has filled it', () => {
    const curl =
      snippets({ http: HTTP, grpc: null, project: 'a-b', key: 'k' }).find((snippet) => snippet.id === 'curl')?.blocks[0]
        ?.code ?? '';
    const body = /-d '(.*)'$/s.exec(curl)?.[1]?.replaceAll(/'\$\w+'/g, 'abc') ?? '';
    const parsed = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] };
    expect(parsed.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.name).toBe('chat gpt-4o-mini');
  });
});
