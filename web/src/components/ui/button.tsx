import { cva, type VariantProps } from 'class-variance-authority';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { cn } from '@/lib/cn';

export const buttonStyle = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      look: {
        primary: 'border-transparent bg-accent text-accent-ink hover:bg-accent-hover',
        plain: 'border-line-strong bg-surface text-ink hover:bg-sunken data-[state=open]:bg-sunken',
        ghost: 'border-transparent text-ink-2 hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken',
        danger: 'border-transparent bg-error-soft text-error hover:brightness-95 dark:hover:brightness-125',
      },
      size: {
        md: 'h-8 px-3 text-sm',
        sm: 'h-7 px-2 text-xs [&_svg]:size-3.5',
        icon: 'size-8',
        'icon-sm': 'size-7 [&_svg]:size-3.5',
      },
    },
    defaultVariants: { look: 'plain', size: 'md' },
  },
);

type Props = ButtonHTMLAttributes<HTMLButtonElement> &
  VariantProps<typeof buttonStyle> & { ref?: Ref<HTMLButtonElement> };

export function Button({ className, look, size, type = 'button', ...rest }: Props) {
  return <button type={type} className={cn(buttonStyle({ look, size }), className)} {...rest} />;
}
