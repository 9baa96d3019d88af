import { useMutation } from '@tanstack/react-query';
import { Brain, Braces, FileText, ImageOff, Lock, MessageSquareOff, TextQuote, Wrench } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { wholeMessage, type ContentMessage, type SpanDetail } from '@/api/queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Empty } from '@/components/ui/states';
import { blocksOf, parseJson, plainText, toolNames, toolsOf, type Block } from '@/lib/messages';
import { cn } from '@/lib/cn';
import { formatBytes } from '@/lib/format';
import { Folded } from './folded';
import { JsonView } from './json-view';

const LABELS: Readonly<Record<string, string>> = {
  tool_input: 'Tool input',
  tool_output: 'Tool output',
  documents: 'Document',
  embedding_input: 'Embedded text',
};

const TONES: Readonly<Record<string, string>> = {
  system: 'border-l-[var(--s-slate)]',
  user: 'border-l-[var(--s-blue)]',
  assistant: 'border-l-[var(--s-teal)]',
  tool: 'border-l-[var(--s-amber)]',
};

/** What went in and what came out, as a conversation. */
export function MessagesTab({ span }: { span: SpanDetail }) {
  // Log events can come with the system prompt after what the user said.
  const messages = useMemo(
    () => span.messages && [...span.messages].sort((a, b) => systemFirst(a) - systemFirst(b)),
    [span.messages],
  );
  const names = useMemo(() => toolNames(messages ?? []), [messages]);
  if (messages === null) {
    return (
      <Empty icon={<Lock />} title="The content is not yours to read">
        Reading prompts and answers needs a key with scope <code>content</code>.
      </Empty>
    );
  }
  if (messages.length === 0) {
    return (
      <Empty icon={<MessageSquareOff />} title="No content was sent with this span">
        {span.call
          ? 'Many instrumentations leave prompts out unless they are told to send them. The set-up page names the switch of each.'
          : 'Only calls, tools and retrievals carry content.'}
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-2.5 p-4">
      {messages.map((message, index) => {
        const before = messages[index - 1];
        return (
          <div key={`${message.source} ${message.position}`} className="contents">
            {message.direction === 'output' && before && before.direction !== 'output' ? (
              <Divider text="Answer" />
            ) : null}
            {message.direction === 'tools' ? (
              <Tools message={message} />
            ) : (
              <MessageCard message={message} names={names} span={span} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function systemFirst(message: ContentMessage): number {
  return message.direction === 'system' || message.role === 'system' ? 0 : 1;
}

function Divider({ text }: { text: string }) {
  return (
    <div className="mt-1.5 flex items-center gap-2 text-2xs font-medium text-ink-3">
      {text}
      <span aria-hidden className="h-px flex-1 bg-line" />
    </div>
  );
}

interface CardProps {
  message: ContentMessage;
  names: ReadonlyMap<string, string>;
  span: SpanDetail;
}

function MessageCard({ message, names, span }: CardProps) {
  const [asJson, setAsJson] = useState(true);
  const whole = useMutation({
    mutationFn: () => wholeMessage(span.trace_id, span.span_id, message.position, span.project),
  });
  const label = LABELS[message.direction] ?? (message.role || message.direction);
  const structured = useMemo(() => {
    const text = whole.data ?? (message.parts ? '' : message.text);
    const value = parseJson(text);
    return typeof value === 'string' ? null : { value };
  }, [message, whole.data]);
  const blocks = useMemo<Block[]>(
    () => (whole.data === undefined ? blocksOf(message, names) : [{ kind: 'text', text: whole.data }]),
    [message, names, whole.data],
  );
  return (
    <article
      className={cn(
        'rounded-md border border-l-2 border-line bg-surface',
        TONES[message.role || 'x'] ?? 'border-l-line-strong',
      )}
    >
      <header className="flex h-8 items-center gap-2 pr-1 pl-3">
        <h3 className="text-xs font-semibold first-letter:uppercase">{label}</h3>
        {message.source === 'log' ? <Badge title="This content came as a log event">log event</Badge> : null}
        <span className="tabular text-2xs text-ink-3">{formatBytes(message.bytes)}</span>
        <span className="ml-auto flex items-center">
          {structured ? (
            <Button
              look="ghost"
              size="icon-sm"
              aria-label={asJson ? 'Show as text' : 'Show as JSON'}
              title={asJson ? 'Show as text' : 'Show as JSON'}
              onClick={() => setAsJson(!asJson)}
            >
              {asJson ? <TextQuote /> : <Braces />}
            </Button>
          ) : null}
          <CopyButton label="Copy the message" text={() => whole.data ?? plainText(message, names)} />
        </span>
      </header>
      <div className="flex flex-col gap-2 px-3 pb-2.5">
        {structured && asJson ? (
          <Code>
            <JsonView value={structured.value} />
          </Code>
        ) : (
          blocks.map((block, index) => <BlockView key={index} block={block} />)
        )}
        {message.truncated && whole.data === undefined ? (
          <div className="flex flex-wrap items-center gap-2 text-xs text-ink-3">
            Cut here; the whole is {formatBytes(message.bytes)}.
            <Button size="sm" disabled={whole.isPending} onClick={() => whole.mutate()}>
              {whole.isPending ? 'Loading…' : 'Load the whole text'}
            </Button>
            {whole.isError ? <span className="text-error">It could not be loaded.</span> : null}
          </div>
        ) : null}
      </div>
    </article>
  );
}

function Code({ children }: { children: ReactNode }) {
  return <div className="mono overflow-x-auto rounded bg-sunken py-2 pr-3 pl-6 text-xs leading-5">{children}</div>;
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'text':
      return <Folded text={block.text} className="leading-[1.45rem]" />;
    case 'thinking':
      return (
        <section className="rounded border border-dashed border-line-strong px-3 py-2" aria-label="Thinking">
          <h4 className="mb-1 flex items-center gap-1.5 text-2xs font-medium text-ink-3">
            <Brain aria-hidden className="size-3.5" /> Thinking
          </h4>
          <Folded text={block.text} lines={6} className="text-ink-2 italic" />
        </section>
      );
    case 'tool_call':
    case 'tool_result':
      return (
        <section
          className="overflow-hidden rounded border border-line"
          aria-label={block.kind === 'tool_call' ? 'Tool call' : 'Tool result'}
        >
          <h4 className="flex min-h-7 items-center gap-1.5 bg-sunken px-2.5 text-xs">
            <Wrench aria-hidden className="size-3.5 shrink-0 text-[var(--s-amber)]" />
            <span className="text-ink-3">{block.kind === 'tool_call' ? 'calls' : 'result of'}</span>
            <span className="mono min-w-0 truncate font-medium">{block.name || 'a tool'}</span>
            {block.id ? (
              <span className="mono ml-auto max-w-40 truncate text-2xs text-ink-3" title={block.id}>
                {block.id}
              </span>
            ) : null}
          </h4>
          <div className="mono overflow-x-auto py-1.5 pr-3 pl-6 text-xs leading-5">
            {typeof block.value === 'string' ? <Folded text={block.value} /> : <JsonView value={block.value} />}
          </div>
        </section>
      );
    case 'media':
      return (
        <section
          className="flex items-center gap-3 rounded border border-dashed border-line-strong px-3 py-2"
          aria-label={block.modality}
        >
          {block.modality === 'image' ? (
            <ImageOff aria-hidden className="size-5 shrink-0 text-ink-3" />
          ) : (
            <FileText aria-hidden className="size-5 shrink-0 text-ink-3" />
          )}
          <div className="min-w-0">
            <p className="text-xs">
              <span className="font-medium first-letter:uppercase">{block.modality}</span>
              <span className="text-ink-3">
                {block.mime ? ` · ${block.mime}` : ''}
                {block.bytes === null ? '' : ` · ${formatBytes(block.bytes)}`} · not loaded
              </span>
            </p>
            {block.source ? <p className="mono text-2xs text-ink-3 wrap-anywhere">{block.source}</p> : null}
          </div>
        </section>
      );
    case 'data':
      return (
        <section aria-label={block.label}>
          <h4 className="mb-1 text-2xs text-ink-3">{block.label}</h4>
          <Code>
            <JsonView value={block.value} />
          </Code>
        </section>
      );
  }
}

function Tools({ message }: { message: ContentMessage }) {
  const tools = useMemo(() => toolsOf(message), [message]);
  return (
    <details className="group rounded-md border border-line bg-surface">
      <summary className="flex min-h-8 list-none items-center gap-2 px-3 py-1 text-xs">
        <Wrench aria-hidden className="size-3.5 text-ink-3" />
        <span className="font-semibold">
          {tools.length} {tools.length === 1 ? 'tool' : 'tools'} on offer
        </span>
        <span className="mono min-w-0 flex-1 truncate text-ink-3">{message.text}</span>
      </summary>
      <ul className="flex flex-col gap-2 border-t border-line p-3">
        {tools.map((tool, index) => (
          <li key={index}>
            <div className="mono text-xs font-medium">{tool.name}</div>
            {tool.description ? <Folded text={tool.description} lines={3} className="text-xs text-ink-2" /> : null}
            <Code>
              <JsonView value={tool.definition} depth={1} />
            </Code>
          </li>
        ))}
      </ul>
    </details>
  );
}
