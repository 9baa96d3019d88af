import { useRouterState } from '@tanstack/react-router';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { PAGES } from './pages';

interface Group {
  title: string;
  /** The pages it is about; left out: all of them. */
  on?: RegExp;
  keys: readonly (readonly [string, string])[];
}

const GROUPS: readonly Group[] = [
  {
    title: 'Everywhere',
    keys: [
      ['mod+K', 'Go to a page, a project, a trace id; set range or zone'],
      ['?', 'This sheet'],
      ['r', 'Refresh'],
      ['/', 'Search or filter'],
      ['[', 'Narrow or widen the sidebar'],
    ],
  },
  {
    title: 'The stream',
    on: /^\/live/,
    keys: [
      ['Space', 'Pause, or go on'],
      ['n', 'Show the new calls'],
    ],
  },
  {
    title: 'Rows',
    on: /^\/(live|calls|spans|logs|sessions|users|traces)\/?$/,
    keys: [
      ['j', 'Next row'],
      ['k', 'Previous row'],
      ['Enter', 'Open the row’s trace or page'],
      ['Esc', 'Close the side panel'],
    ],
  },
  {
    title: 'Picking rows',
    on: /^\/(calls|spans|traces\/?$)/,
    keys: [['x', 'Pick the row, or put it back']],
  },
  {
    title: 'A trace',
    on: /^\/traces\/./,
    keys: [
      ['j', 'Next span'],
      ['k', 'Previous span'],
      ['h', 'Fold the span, or go to its parent'],
      ['l', 'Unfold the span'],
      ['e', 'Next error'],
      ['z', 'Only the time of the span, or all of it'],
      ['1', 'Transcript, tree, timeline, graph, log (1 to 5)'],
      ['.', 'Next part of the span: messages, cost …; , goes back'],
      [']', 'Next call; [ the one before'],
      ['n', 'Next find of the search; Shift N the one before'],
    ],
  },
];

/** The keys of the page that is open, and those of all pages. */
export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keyboard shortcuts"
      className="w-[min(44rem,calc(100vw-2rem))]"
    >
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {GROUPS.filter((group) => group.on?.test(path) ?? true).map((group) => (
          <section key={group.title}>
            <h3 className="eyebrow mb-1.5">{group.title}</h3>
            <Rows rows={group.keys} />
          </section>
        ))}
        <section>
          <h3 className="eyebrow mb-1.5">Pages: g, then</h3>
          <Rows rows={PAGES.map((page) => [page.key, page.label] as const)} />
        </section>
      </div>
    </Dialog>
  );
}

function Rows({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className="flex flex-col gap-1">
      {rows.map(([keys, text]) => (
        <div key={`${keys} ${text}`} className="flex items-center justify-between gap-4">
          <dt className="text-ink-2">{text}</dt>
          <dd>
            <Kbd keys={keys} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
