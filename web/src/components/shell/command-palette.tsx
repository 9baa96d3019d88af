import { useNavigate, useRouterState } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Boxes,
  CalendarClock,
  Clock,
  FolderOpen,
  Keyboard,
  ListTree,
  MessagesSquare,
  Moon,
  RotateCw,
  Sun,
  Users,
  type LucideIcon,
} from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { Kbd } from '@/components/ui/kbd';
import { recentVisits, visitOf, type Recent, type RecentKind } from '@/lib/recent';
import { useScope } from '@/lib/scope';
import { setThemeChoice, useTheme } from '@/lib/theme';
import { decodeRange, describeRange, parseRange, PRESETS } from '@/lib/time-range';
import { allZones, knownZone, LOCAL_ZONE, setZoneChoice, useZoneChoice } from '@/lib/zone';
import { PAGES } from './pages';

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onShortcuts: () => void;
}

/** Go anywhere from the keyboard. A pasted trace id opens its trace, typed words for a time set the range. */
export default function CommandPalette({ open, onOpenChange, onShortcuts }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-backdrop" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 animate-fade-in overflow-hidden rounded-xl border border-line-strong bg-raised shadow-raised outline-none"
        >
          <Radix.Title className="sr-only">Go to</Radix.Title>
          <PaletteBody close={() => onOpenChange(false)} onShortcuts={onShortcuts} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const VISITED: Readonly<Record<RecentKind, readonly [name: string, icon: LucideIcon]>> = {
  trace: ['Trace', ListTree],
  session: ['Session', MessagesSquare],
  user: ['User', Users],
  model: ['Model', Boxes],
};

/** Zones that fit what was typed: too many to offer all of them. */
function zonesLike(text: string): readonly string[] {
  const part = text.trim().toLowerCase().replaceAll(' ', '_');
  if (part.length < 3) return [];
  return allZones()
    .filter((zone) => zone.toLowerCase().includes(part))
    .slice(0, 6);
}

function PaletteBody({ close, onShortcuts }: { close: () => void; onShortcuts: () => void }) {
  const [text, setText] = useState('');
  const [visited] = useState(recentVisits);
  const navigate = useNavigate();
  const here = useRouterState({ select: ({ location }) => visitOf(location.pathname, location.search) });
  const { scope, projects, setProject, setRange, refresh } = useScope();
  const theme = useTheme();
  const zone = useZoneChoice();
  const id = /(?:^|[\s/:=])([0-9a-f]{32})(?=$|[\s/?&.])/i.exec(text)?.[1]?.toLowerCase() ?? null;
  const typedRange = parseRange(text, scope.now);
  const zones = zonesLike(text);
  const recent = visited.filter((item) => item.kind !== here?.kind || item.id !== here.id);
  const visit = ({ kind, id, project, provider }: Recent) => {
    const place = project === null ? {} : { project };
    if (kind === 'trace') void navigate({ to: '/traces/$traceId', params: { traceId: id }, search: place });
    else if (kind === 'session') void navigate({ to: '/sessions/view', search: { ...place, session: id } });
    else if (kind === 'user') void navigate({ to: '/users/view', search: { ...place, user: id } });
    else {
      const of = provider === null ? {} : { provider };
      void navigate({ to: '/models/view', search: { ...place, ...of, model: id } });
    }
  };
  const run = (action: () => void) => () => {
    close();
    action();
  };
  return (
    <Command label="Go to" loop className="flex flex-col">
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Page, project, time range, zone or trace id…"
        className="h-12 border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3">
        <Command.Empty className="px-3 py-6 text-center text-ink-3">Nothing is called that.</Command.Empty>
        {id !== null ? (
          <Command.Group heading="Trace" forceMount>
            <Item
              forceMount
              value={`trace ${id}`}
              icon={<ListTree />}
              onSelect={run(() => void navigate({ to: '/traces/$traceId', params: { traceId: id } }))}
            >
              Open trace <span className="mono">{id.slice(0, 16)}…</span>
            </Item>
          </Command.Group>
        ) : null}
        {typedRange ? (
          <Command.Group heading="Time range" forceMount>
            <Item forceMount value={`range ${text}`} icon={<CalendarClock />} onSelect={run(() => setRange(typedRange))}>
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
        {recent.length > 0 ? (
          <Command.Group heading="Looked at lately">
            {recent.map((item) => {
              const [name, Icon] = VISITED[item.kind];
              return (
                <Item
                  key={`${item.kind} ${item.id} ${item.project ?? ''} ${item.provider ?? ''}`}
                  value={`${name} ${item.id} ${item.project ?? ''} ${item.provider ?? ''} lately`}
                  icon={<Icon />}
                  onSelect={run(() => visit(item))}
                >
                  {name} <span className="mono text-xs">{item.id}</span>{' '}
                  <span className="text-ink-3">{item.project}</span>
                </Item>
              );
            })}
          </Command.Group>
        ) : null}
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
                icon={<CalendarClock />}
                onSelect={run(() => setRange(range))}
              >
                {describeRange(range)}
              </Item>
            ) : null;
          })}
        </Command.Group>
        <Command.Group heading="Time zone">
          {zone === 'UTC' ? null : (
            <Item value="time zone utc" icon={<Clock />} onSelect={run(() => setZoneChoice('UTC'))}>
              Show times in UTC
            </Item>
          )}
          {zone === null ? null : (
            <Item value="time zone local own" icon={<Clock />} onSelect={run(() => setZoneChoice(null))}>
              Show times in the zone of this browser <span className="text-ink-3">{LOCAL_ZONE}</span>
            </Item>
          )}
          {zones
            .filter((name) => name !== 'UTC' && name !== knownZone(zone ?? ''))
            .map((name) => (
              <Item
                key={name}
                value={`time zone ${name} ${text}`}
                icon={<Clock />}
                onSelect={run(() => setZoneChoice(name))}
              >
                Show times in {name}
              </Item>
            ))}
        </Command.Group>
        <Command.Group heading="Do">
          <Item value="refresh ask again" icon={<RotateCw />} onSelect={run(refresh)} hint={<Kbd keys="r" />}>
            Refresh
          </Item>
          <Item
            value="theme dark light"
            icon={theme === 'dark' ? <Sun /> : <Moon />}
            onSelect={run(() => setThemeChoice(theme === 'dark' ? 'light' : 'dark'))}
          >
            {theme === 'dark' ? 'Light theme' : 'Dark theme'}
          </Item>
          <Item
            value="shortcuts keyboard keys help"
            icon={<Keyboard />}
            onSelect={run(onShortcuts)}
            hint={<Kbd keys="?" />}
          >
            Shortcuts of this page
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
