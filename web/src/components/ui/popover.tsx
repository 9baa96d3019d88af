import { Popover as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

export const Popover = Radix.Root;
export const PopoverTrigger = Radix.Trigger;
export const PopoverClose = Radix.Close;

export function PopoverContent({ className, align = 'start', ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        align={align}
        sideOffset={5}
        collisionPadding={8}
        className={cn(
          'z-50 max-h-(--radix-popover-content-available-height) animate-fade-in overflow-y-auto rounded-lg border border-line-strong bg-raised p-3 shadow-raised outline-none',
          className,
        )}
        {...rest}
      />
    </Radix.Portal>
  );
}
