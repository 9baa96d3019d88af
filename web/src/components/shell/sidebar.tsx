import { Link } from '@tanstack/react-router';
import { Check, ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, PanelLeft, Search, Sun } from 'lucide-react';
import type { Session } from '@/api/queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuTrigger,
} from '@/components/ui/menu';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { useScope } from '@/lib/scope';
import { setThemeChoice, useThemeChoice, type ThemeChoice } from '@/lib/theme';
import { Logo } from './logo';
import { NavDrawer } from './nav-drawer';
import { PAGES } from './pages';

interface Props {
  session: Session;
  narrow: boolean;
  onToggle: () => void;
  onPalette: () => void;
  onShortcuts: () => void;
  onLogOut: () => void;
}

/** Pages and project on the left of a wide window, on top of a small one. */
export function Sidebar({ session, narrow, onToggle, onPalette, onShortcuts, onLogOut }: Props) {
  return (
    <aside
      className={cn(
        'flex shrink-0 border-line bg-surface max-md:h-12 max-md:items-center max-md:gap-1 max-md:border-b max-md:px-2 md:h-full md:flex-col md:border-r md:p-2',
        narrow ? 'md:w-14' : 'md:w-14 lg:w-52',
      )}
      data-narrow={narrow}
    >
      <NavDrawer />
      <div
        className={cn(
          'flex items-center md:mb-2 md:h-10',
          narrow ? 'md:justify-center' : 'max-lg:md:justify-center lg:px-1.5',
        )}
      >
        <Link to="/" className="flex items-center gap-2.5 rounded-md" title="Overview">
          <Logo />
          <span
            className={cn('sr-only', !narrow && 'text-[1.0625rem] font-semibold tracking-[-0.015em] lg:not-sr-only')}
          >
            sonde
          </span>
        </Link>
        {narrow ? null : (
          <Tooltip content="Narrow the sidebar" side="right">
            <Button
              look="ghost"
              size="icon-sm"
              className="ml-auto hidden lg:inline-flex"
              aria-label="Narrow the sidebar"
              onClick={onToggle}
            >
              <PanelLeft />
            </Button>
          </Tooltip>
        )}
      </div>

      <ProjectSwitcher narrow={narrow} />

      <SideButton narrow={narrow} icon={<Search />} label="Go to…" hint={<Kbd keys="mod+K" />} onClick={onPalette} />

      <nav aria-label="Pages" className="relative mt-3 hidden flex-col gap-0.5 overflow-y-auto md:flex">
        {PAGES.map((page) => (
          <Tooltip key={page.to} content={narrow ? page.label : ''} side="right">
            <Link
              to={page.to}
              activeOptions={{ exact: page.to === '/', includeSearch: false }}
              className={cn(
                'flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-ink-2 transition-colors hover:bg-sunken hover:text-ink [&_svg]:size-4.5 [&_svg]:shrink-0 [&_svg]:stroke-[1.8]',
                'aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent',
                narrow ? 'md:justify-center' : 'max-lg:md:justify-center',
              )}
            >
              <page.icon />
              <span className={cn('sr-only', !narrow && 'lg:not-sr-only')}>{page.label}</span>
            </Link>
          </Tooltip>
        ))}
      </nav>

      <div className="flex items-center gap-0.5 max-md:ml-auto md:mt-auto md:flex-col md:items-stretch">
        {narrow ? (
          <SideButton
            narrow
            icon={<PanelLeft />}
            label="Widen the sidebar"
            onClick={onToggle}
            className="hidden lg:flex"
          />
        ) : null}
        <ThemeMenu narrow={narrow} />
        <SideButton
          narrow={narrow}
          icon={<Keyboard />}
          label="Shortcuts"
          hint={<Kbd keys="?" />}
          onClick={onShortcuts}
          className="max-md:hidden"
        />
        {session.kind === 'session' ? (
          <SideButton narrow={narrow} icon={<LogOut />} label="Log out" onClick={onLogOut} />
        ) : null}
        <div className={cn('mt-2 hidden border-t px-2 pt-2 text-2xs text-ink-3', !narrow && 'lg:block')}>
          Sonde {session.version}
          {session.kind === 'insecure' ? (
            <Tooltip content="This server listens without authentication: anybody who reaches it can read and delete everything.">
              <span tabIndex={0} className="ml-2 rounded bg-warn-soft px-1 py-0.5 font-medium text-warn">
                no log-in
              </span>
            </Tooltip>
          ) : null}
        </div>
      </div>
    </aside>
  );
}

interface SideButtonProps {
  narrow: boolean;
  icon: React.ReactNode;
  label: string;
  hint?: React.ReactNode;
  onClick?: () => void;
  className?: string;
}

function SideButton({ narrow, icon, label, hint, className, ...rest }: SideButtonProps) {
  return (
    <Tooltip content={narrow ? label : ''} side="right">
      <button
        type="button"
        className={cn(
          'flex h-8 items-center gap-2.5 rounded-md px-2 text-ink-2 transition-colors hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken [&_svg]:size-4.5 [&_svg]:shrink-0 [&_svg]:stroke-[1.8]',
          narrow ? 'md:justify-center' : 'max-lg:md:justify-center',
          className,
        )}
        {...rest}
      >
        {icon}
        <span className={cn('sr-only', !narrow && 'lg:not-sr-only')}>{label}</span>
        {hint ? (
          <span aria-hidden className={cn('ml-auto hidden', !narrow && 'lg:inline-flex')}>
            {hint}
          </span>
        ) : null}
      </button>
    </Tooltip>
  );
}

function ProjectSwitcher({ narrow }: { narrow: boolean }) {
  const { scope, projects, project, setProject } = useScope();
  const initial = scope.project.slice(0, 1).toUpperCase();
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          className={cn(
            'flex h-9 items-center gap-2 rounded-md border border-line px-1.5 text-left transition-colors hover:bg-sunken data-[state=open]:bg-sunken md:mb-1.5',
            narrow ? 'md:justify-center' : 'max-lg:md:justify-center',
          )}
        >
          <span
            aria-hidden
            className={cn(
              'flex size-5.5 shrink-0 items-center justify-center rounded text-2xs font-semibold',
              project?.demo ? 'bg-warn-soft text-warn' : 'bg-accent-soft text-accent',
            )}
          >
            {initial}
          </span>
          <span className={cn('sr-only', !narrow && 'font-medium lg:not-sr-only lg:min-w-0 lg:flex-1 lg:truncate')}>
            <span className="sr-only">Project: </span>
            {scope.project}
          </span>
          {project?.demo ? (
            <Badge tone="warn" className={cn('hidden', !narrow && 'lg:inline-flex')}>
              demo data
            </Badge>
          ) : null}
          <ChevronsUpDown aria-hidden className={cn('hidden size-3.5 shrink-0 text-ink-3', !narrow && 'lg:block')} />
        </button>
      </MenuTrigger>
      <MenuContent className="w-60">
        <MenuLabel>Projects</MenuLabel>
        {projects.map((item) => (
          <MenuItem key={item.name} onSelect={() => setProject(item.name)}>
            <span className="min-w-0 flex-1 truncate">{item.name}</span>
            {item.demo ? <Badge tone="warn">demo data</Badge> : null}
            {item.name === scope.project ? <Check className="text-accent" /> : <span className="size-4" />}
          </MenuItem>
        ))}
        {projects.length === 0 ? <p className="px-2 py-1.5 text-xs text-ink-3">No project yet.</p> : null}
      </MenuContent>
    </Menu>
  );
}

const THEMES: readonly { choice: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { choice: 'system', label: 'As the system', icon: Monitor },
  { choice: 'light', label: 'Light', icon: Sun },
  { choice: 'dark', label: 'Dark', icon: Moon },
];

function ThemeMenu({ narrow }: { narrow: boolean }) {
  const choice = useThemeChoice();
  const Icon = THEMES.find((item) => item.choice === choice)?.icon ?? Monitor;
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          className={cn(
            'flex h-8 items-center gap-2.5 rounded-md px-2 text-ink-2 transition-colors hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken [&_svg]:size-4.5 [&_svg]:stroke-[1.8]',
            narrow ? 'md:justify-center' : 'max-lg:md:justify-center',
          )}
        >
          <Icon />
          <span className={cn('sr-only', !narrow && 'lg:not-sr-only')}>Theme</span>
        </button>
      </MenuTrigger>
      <MenuContent side="top">
        <MenuRadioGroup
          value={choice}
          onValueChange={(value) => {
            const next = THEMES.find((item) => item.choice === value);
            if (next) setThemeChoice(next.choice);
          }}
        >
          {THEMES.map((item) => (
            <MenuRadioItem key={item.choice} value={item.choice}>
              <item.icon />
              {item.label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
