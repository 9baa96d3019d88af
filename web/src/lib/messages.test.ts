import { describe, expect, it } from 'vitest';
import type { ContentMessage } from '@/api/queries';
import { blocksOf, parseJson, plainText, toolNames, toolsOf } from './messages';

function message(parts: unknown[] | null, text = ''): ContentMessage {
  return { position: 0, direction: 'input', role: 'user', text, parts, bytes: 0, truncated: false, source: 'span' };
}

const NO_NAMES = new Map<string, string>();

describe('blocksOf', () => {
  it('shows the text when there are no parts', () => {
    expect(blocksOf(message(null, 'hello'), NO_NAMES)).toEqual([{ kind: 'text', text: 'hello' }]);
    expect(blocksOf(message(null), NO_NAMES)).toEqual([]);
  });
  it('keeps hostile text as text', () => {
    const text = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    expect(blocksOf(message([{ type: 'text', content: text }]), NO_NAMES)).toEqual([{ kind: 'text', text }]);
  });
  it('reads thinking, tool calls and their results', () => {
    const parts = [
      { type: 'reasoning', content: 'hm' },
      { type: 'tool_call', id: 'c1', name: 'get_order', arguments: '{"id": 7}' },
      { type: 'tool_call_response', id: 'c1', response: '{"ok": true}' },
    ];
    const names = toolNames([message(parts)]);
    expect(blocksOf(message(parts), names)).toEqual([
      { kind: 'thinking', text: 'hm' },
      { kind: 'tool_call', id: 'c1', name: 'get_order', value: { id: 7 } },
      { kind: 'tool_result', id: 'c1', name: 'get_order', value: { ok: true } },
    ]);
  });
  it('never hands an image out to be loaded', () => {
    const parts = [
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
      { type: 'uri', modality: 'image', uri: 'https://elsewhere.example/x.png' },
      { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAAAAAAA' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'AAAA' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    ];
    expect(blocksOf(message(parts), NO_NAMES)).toEqual([
      { kind: 'media', modality: 'image', mime: 'image/png', bytes: 3, source: '' },
      { kind: 'media', modality: 'image', mime: '', bytes: null, source: 'https://elsewhere.example/x.png' },
      { kind: 'media', modality: 'image', mime: 'image/jpeg', bytes: 6, source: '' },
      { kind: 'media', modality: 'image', mime: 'image/webp', bytes: 3, source: '' },
      { kind: 'media', modality: 'audio', mime: 'wav', bytes: 3, source: '' },
    ]);
  });
  it('shows what it does not know as data', () => {
    const part = { type: 'compaction', tokens: 5 };
    expect(blocksOf(message([part, null, 'plain', '']), NO_NAMES)).toEqual([
      { kind: 'data', label: 'compaction', value: part },
      { kind: 'text', text: 'plain' },
    ]);
  });
});

describe('helpers', () => {
  it('reads JSON only where it is JSON', () => {
    expect(parseJson(' {"a": [1]} ')).toEqual({ a: [1] });
    expect(parseJson('{broken')).toBe('{broken');
    expect(parseJson('12')).toBe('12');
    expect(parseJson(5)).toBe(5);
  });
  it('copies a message as text', () => {
    const parts = [
      { type: 'text', content: 'hi' },
      { type: 'tool_call', id: '1', name: 'f', arguments: { a: 1 } },
      { type: 'uri', modality: 'image', uri: 'x' },
    ];
    expect(plainText(message(parts), NO_NAMES)).toBe('hi\n\nf {\n  "a": 1\n}\n\n[image]');
  });
  it('names tools whatever the shape of the definition', () => {
    const tools = toolsOf(
      message([{ type: 'function', function: { name: 'a', description: 'does a' } }, { name: 'b' }, {}]),
    );
    expect(tools.map((tool) => [tool.name, tool.description])).toEqual([
      ['a', 'does a'],
      ['b', ''],
      ['unnamed', ''],
    ]);
  });
});
