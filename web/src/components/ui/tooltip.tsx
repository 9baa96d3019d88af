import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

export const TooltipProvider = Radix.Provider;

interface Props {
  content: ReactNode;
  children: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  className?: string;
}

/** Says more about what is under the pointer or has the focus. Nothing that is needed may live only here. */
export function Tooltip({ content, children, side = 'top', align = 'center', className }: Props) {
  if (content === null || content === undefined || content === '') return <>{children}</>;
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            'z-50 max-w-80 animate-fade-in rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-xs text-ink shadow-raised wrap-anywhere',
            className,
          )}
        >
          {content}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
