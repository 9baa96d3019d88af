import { createContext, use, useMemo, useState, type ReactNode } from 'react';

interface Cursor {
  time: number | null;
  setTime: (time: number | null) => void;
}

const CursorContext = createContext<Cursor | null>(null);

/** Charts inside share one cursor: pointing at a moment in one shows it in all. */
export function CursorProvider({ children }: { children: ReactNode }) {
  const [time, setTime] = useState<number | null>(null);
  const value = useMemo(() => ({ time, setTime }), [time]);
  return <CursorContext value={value}>{children}</CursorContext>;
}

export function useCursor(): Cursor {
  const own = useState<number | null>(null);
  return use(CursorContext) ?? { time: own[0], setTime: own[1] };
}
