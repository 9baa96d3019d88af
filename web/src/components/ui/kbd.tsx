import { cn } from '@/lib/cn';

const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A key or a chord: "mod+k" shows ⌘K on Apple machines and Ctrl K elsewhere. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <span className={cn('inline-flex gap-0.5', className)}>
      {keys.split('+').map((key) => (
        <kbd
          key={key}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded border border-line-strong bg-surface px-1 text-2xs text-ink-2"
        >
          {key === 'mod' ? (APPLE ? '⌘' : 'Ctrl') : key}
        </kbd>
      ))}
    </span>
  );
}
