/** Stored content → blocks to show. Everything in it is hostile: it only ever becomes text. */
import type { ContentMessage } from '@/api/queries';

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; text: string }
  | { kind: 'tool_call'; id: string; name: string; value: unknown }
  | { kind: 'tool_result'; id: string; name: string; value: unknown }
  | { kind: 'media'; modality: string; mime: string; bytes: number | null; source: string }
  | { kind: 'data'; label: string; value: unknown };

type Part = Readonly<Record<string, unknown>>;

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return JSON.stringify(value, null, 2);
}

const MEDIA = /^(blob|uri|file|image|image_url|input_image|audio|input_audio|video|document|input_file|inline_data)$/;

/** Bytes that a base64 text stands for. */
function decodedBytes(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

function media(part: Part): Block {
  const nested = [part, part.source, part.image_url, part.input_audio, part.inline_data].find(
    (item): item is Part =>
      isPart(item) && ['content', 'data', 'url', 'uri', 'file_id'].some((key) => typeof item[key] === 'string'),
  );
  const holder = nested ?? part;
  const mime = asText(part.mime_type ?? holder.mime_type ?? holder.media_type ?? holder.format);
  const type = asText(part.type);
  const stated = asText(part.modality);
  const modality = stated === '' ? (/image|audio|video|document|file/.exec(`${type} ${mime}`)?.[0] ?? 'file') : stated;
  const inline = [holder.content, holder.data].find((item): item is string => typeof item === 'string');
  const address =
    [holder.uri, holder.url, holder.file_id, part.image_url].find((item): item is string => typeof item === 'string') ??
    '';
  // A data: address holds the bytes themselves: its start says all there is to say.
  const data = /^data:([^;,]*)[^,]*,(.*)$/s.exec(address);
  if (data)
    return { kind: 'media', modality, mime: mime || (data[1] ?? ''), bytes: decodedBytes(data[2] ?? ''), source: '' };
  return { kind: 'media', modality, mime, bytes: inline === undefined ? null : decodedBytes(inline), source: address };
}

function partBlock(part: Part, callNames: ReadonlyMap<string, string>): Block | null {
  const type = asText(part.type);
  if (type === 'text') {
    const text = asText(part.content ?? part.text);
    return text === '' ? null : { kind: 'text', text };
  }
  if (type === 'reasoning' || type === 'thinking') {
    const text = asText(part.content ?? part.text);
    return { kind: 'thinking', text: text === '' ? '(the provider keeps it to itself)' : text };
  }
  if (type === 'tool_call') {
    return { kind: 'tool_call', id: asText(part.id), name: asText(part.name), value: parseJson(part.arguments) };
  }
  if (type === 'tool_call_response') {
    const id = asText(part.id);
    const value = parseJson(part.response ?? part.result);
    return { kind: 'tool_result', id, name: callNames.get(id) ?? '', value };
  }
  if (MEDIA.test(type)) return media(part);
  return { kind: 'data', label: type || 'part', value: part };
}

/** Names of tools by the id of the call, so that a result can say whose it is. */
export function toolNames(messages: readonly ContentMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    for (const part of message.parts ?? []) {
      if (isPart(part) && part.type === 'tool_call' && typeof part.id === 'string')
        names.set(part.id, asText(part.name));
    }
  }
  return names;
}

/** What one message shows, in order. */
export function blocksOf(message: ContentMessage, callNames: ReadonlyMap<string, string>): Block[] {
  const parts: unknown[] = message.parts ?? [];
  const blocks = parts.flatMap((part): Block[] => {
    if (isPart(part)) {
      const block = partBlock(part, callNames);
      return block ? [block] : [];
    }
    return part === null || part === '' ? [] : [{ kind: 'text', text: asText(part) }];
  });
  if (blocks.length > 0) return blocks;
  return message.text === '' ? [] : [{ kind: 'text', text: message.text }];
}

/** The structure behind JSON text; the text itself when it is none. */
export function parseJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || value.length > 2_000_000) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** The parts of a message as one readable text: for copying. */
export function plainText(message: ContentMessage, callNames: ReadonlyMap<string, string>): string {
  return blocksOf(message, callNames)
    .map((block) => {
      if (block.kind === 'text' || block.kind === 'thinking') return block.text;
      if (block.kind === 'media') return `[${block.modality}${block.mime ? ` ${block.mime}` : ''}]`;
      const name = block.kind === 'data' ? block.label : block.name;
      return `${name} ${asText(block.value)}`;
    })
    .join('\n\n');
}

export interface Tool {
  name: string;
  description: string;
  definition: unknown;
}

/** The tools a model was offered, whatever the shape of the definition. */
export function toolsOf(message: ContentMessage): Tool[] {
  const parts: unknown[] = message.parts ?? [];
  return parts.filter(isPart).map((part) => {
    const inner = isPart(part.function) ? part.function : part;
    return { name: asText(inner.name) || 'unnamed', description: asText(inner.description), definition: part };
  });
}
