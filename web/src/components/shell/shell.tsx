import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Fragment, lazy, Suspense, useEffect, useState } from 'react';
import { api, rememberCsrfToken, take } from '@/api/client';
import { forget, sessionQuery, type Session } from '@/api/queries';
import { Failure } from '@/components/ui/states';
import { TooltipProvider } from '@/components/ui/tooltip';
import { useShortcuts } from '@/lib/keyboard';
import { rememberVisit, visitOf } from '@/lib/recent';
import { ScopeProvider, useScope } from '@/lib/scope';
import { readPreference, writePreference } from '@/lib/storage';
import { useZoneChoice } from '@/lib/zone';
import { DemoBanner } from '@/components/project/demo-banner';
import { LogIn } from './log-in';
import { Logo } from './logo';
import { PAGES } from './pages';
import { ServerGone } from './server-gone';
import { ShortcutSheet } from './shortcut-sheet';
import { Sidebar } from './sidebar';

const CommandPalette = lazy(() => import('./command-palette'));

/** Everything around the pages. Asks first who is there: a log-in, when one is needed, stands before all else. */
export function Shell() {
  const session = useQuery(sessionQuery);
  if (session.isError) {
    return (
      <main className="flex h-full items-center justify-center">
        <Failure error={session.error} what="Sonde" onRetry={() => void session.refetch()} />
      </main>
    );
  }
  if (session.isPending) return <Splash />;
  if (session.data === null) return <LogIn />;
  return (
    <TooltipProvider delayDuration={350} skipDelayDuration={150}>
      <ScopeProvider fallback={<Splash />}>
        <Frame session={session.data} />
      </ScopeProvider>
    </TooltipProvider>
  );
}

function Splash() {
  return (
    <main className="flex h-full items-center justify-center" aria-busy="true" aria-label="Loading">
      <Logo className="size-10 animate-shimmer" />
    </main>
  );
}

function Frame({ session }: { session: Session }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { refresh } = useScope();
  const [palette, setPalette] = useState(false);
  // Once opened it stays loaded.
  const [paletteWanted, setPaletteWanted] = useState(false);
  const [sheet, setSheet] = useState(false);
  const zone = useZoneChoice() ?? 'local';
  const location = useRouterState({ select: (state) => state.location });
  useEffect(() => {
    const visit = visitOf(location.pathname, location.search);
    if (visit) rememberVisit(visit);
  }, [location.pathname, location.search]);
  const [narrow, setNarrow] = useState(() => readPreference('sidebar') === 'narrow');

  const toggleSidebar = () => {
    writePreference('sidebar', narrow ? 'wide' : 'narrow');
    setNarrow(!narrow);
  };
  const openPalette = () => {
    setPaletteWanted(true);
    setPalette(true);
  };
  const logOut = async () => {
    await take(api.DELETE('/api/v1/session'));
    rememberCsrfToken(null);
    forget(client, null);
  };

  const pageKeys = Object.fromEntries(PAGES.map((page) => [`g ${page.key}`, () => void navigate({ to: page.to })]));
  useShortcuts({
    ...pageKeys,
    'mod+k': openPalette,
    '?': () => setSheet(true),
    '[': toggleSidebar,
    r: refresh,
    '/': () => document.querySelector<HTMLElement>('[data-filter-focus]')?.focus(),
  });

  return (
    <div className="flex h-full flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only z-50 rounded bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <Sidebar
        session={session}
        narrow={narrow}
        onToggle={toggleSidebar}
        onPalette={openPalette}
        onShortcuts={() => setSheet(true)}
        onLogOut={() => void logOut()}
      />
      <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
        <ServerGone />
        <DemoBanner />
        <Fragment key={zone}>
          {/* Every time is written anew in another zone. */}
          <Outlet />
        </Fragment>
      </main>
      <ShortcutSheet open={sheet} onOpenChange={setSheet} />
      {paletteWanted ? (
        <Suspense fallback={null}>
          <CommandPalette open={palette} onOpenChange={setPalette} onShortcuts={() => setSheet(true)} />
        </Suspense>
      ) : null}
    </div>
  );
}
