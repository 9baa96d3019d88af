import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { FolderOpen, Hash, Moon, Sun } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { Kbd } from '@/components/ui/kbd';
import { useScope } from '@/lib/scope';
import { setThemeChoice, useTheme } from '@/lib/theme';
import { decodeRange, describeRange, parseRange, PRESETS } from '@/lib/time-range';
import { PAGES } from './pages';

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Go anywhere from the keyboard. A pasted trace id opens its trace, typed words for a time set the range. */
export default function CommandPalette({ open, onOpenChange }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-backdrop" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 animate-fade-in overflow-hidden rounded-xl border border-line-strong bg-raised shadow-raised outline-none"
        >
          <Radix.Title className="sr-only">Go to</Radix.Title>
          <PaletteBody close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function PaletteBody({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const { scope, projects, setProject, setRange } = useScope();
  const theme = useTheme();
  const id = text.trim().toLowerCase();
  const isTraceId = /^[0-9a-f]{32}$/.test(id);
  const typedRange = parseRange(text, scope.now);
  const run = (action: () => void) => () => {
    close();
    action();
  };
  return (
    <Command label="Go to" loop className="flex flex-col">
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Page, project, time range or trace id…"
        className="h-12 border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3">
        <Command.Empty className="px-3 py-6 text-center text-ink-3">Nothing is called that.</Command.Empty>
        {isTraceId ? (
          <Command.Group heading="Trace" forceMount>
            <Item
              forceMount
              value={`trace ${id}`}
              icon={<Hash />}
              onSelect={run(() => void navigate({ to: '/traces/$traceId', params: { traceId: id } }))}
            >
              Open trace <span className="mono">{id.slice(0, 16)}…</span>
            </Item>
          </Command.Group>
        ) : null}
        {typedRange ? (
          <Command.Group heading="Time range" forceMount>
            <Item forceMount value={`range ${text}`} icon={<Hash />} onSelect={run(() => setRange(typedRange))}>
              {describeRange(typedRange)}
            </Item>
          </Command.Group>
        ) : null}
        <Command.Group heading="Pages">
          {PAGES.map((page) => (
            <Item
              key={page.to}
              value={`${page.label} ${page.about}`}
              icon={<page.icon />}
              onSelect={run(() => void navigate({ to: page.to }))}
              hint={<Kbd keys={`g+${page.key}`} />}
            >
              {page.label} <span className="text-ink-3">{page.about}</span>
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Projects">
          {projects.map((project) => (
            <Item
              key={project.name}
              value={`project ${project.name}`}
              icon={<FolderOpen />}
              onSelect={run(() => setProject(project.name))}
            >
              {project.name} {project.demo ? <span className="text-ink-3">demo data</span> : null}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Time range">
          {PRESETS.map((span) => {
            const range = decodeRange(span);
            return range ? (
              <Item
                key={span}
                value={`${describeRange(range)} ${span}`}
                icon={<Hash />}
                onSelect={run(() => setRange(range))}
              >
                {describeRange(range)}
              </Item>
            ) : null;
          })}
        </Command.Group>
        <Command.Group heading="Look">
          <Item
            value="theme dark light"
            icon={theme === 'dark' ? <Sun /> : <Moon />}
            onSelect={run(() => setThemeChoice(theme === 'dark' ? 'light' : 'dark'))}
          >
            {theme === 'dark' ? 'Light theme' : 'Dark theme'}
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  );
}

interface ItemProps {
  value: string;
  icon: ReactNode;
  onSelect: () => void;
  children: ReactNode;
  hint?: ReactNode;
  forceMount?: boolean;
}

function Item({ value, icon, onSelect, children, hint, forceMount = false }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      forceMount={forceMount}
      className="flex h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 select-none data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:text-ink-3"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint}
    </Command.Item>
  );
}
