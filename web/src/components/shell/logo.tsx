import { cn } from '@/lib/cn';

/** A probe on its line, and the ring of what it hears. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={cn('size-7', className)}>
      <rect width="32" height="32" rx="8" className="fill-[#0b5f66]" />
      <path d="M16 4.5v11" className="stroke-[#9fe3dc]" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="16" cy="20" r="4.4" className="fill-white" />
      <path
        d="M8.6 15.6a8.6 8.6 0 1 0 14.8 0"
        fill="none"
        className="stroke-[#9fe3dc]"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}
