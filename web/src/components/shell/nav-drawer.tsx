import { Link } from '@tanstack/react-router';
import { Menu as MenuIcon, X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Logo } from './logo';
import { PAGES } from './pages';

/** The pages of a phone: a drawer from the left, with their names. */
export function NavDrawer() {
  const [open, setOpen] = useState(false);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <Button look="ghost" size="icon" aria-label="Pages" className="md:hidden">
          <MenuIcon />
        </Button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-backdrop md:hidden" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-[min(19rem,85vw)] animate-fade-in flex-col border-r border-line-strong bg-raised shadow-raised outline-none md:hidden"
        >
          <div className="flex items-center gap-2.5 border-b border-line px-3 py-2">
            <Logo />
            <Radix.Title className="font-semibold">Pages</Radix.Title>
            <Radix.Close asChild>
              <Button look="ghost" size="icon" aria-label="Close" className="ml-auto">
                <X />
              </Button>
            </Radix.Close>
          </div>
          <nav aria-label="All pages" className="flex flex-col gap-0.5 overflow-y-auto p-2">
            {PAGES.map((page) => (
              <Link
                key={page.to}
                to={page.to}
                activeOptions={{ exact: page.to === '/', includeSearch: false }}
                className="flex min-h-11 shrink-0 items-center gap-3 rounded-md px-3 text-base text-ink-2 hover:bg-hover aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent [&_svg]:size-5 [&_svg]:shrink-0 [&_svg]:stroke-[1.8]"
                onClick={() => setOpen(false)}
              >
                <page.icon aria-hidden />
                {page.label}
              </Link>
            ))}
          </nav>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
