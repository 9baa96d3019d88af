import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { copyText } from '@/lib/clipboard';
import { cn } from '@/lib/cn';
import { Button } from './button';

interface Props {
  text: string | (() => string);
  label: string;
  children?: ReactNode;
  className?: string;
  look?: 'ghost' | 'plain' | 'primary';
}

/** Copies, and says for a moment that it did. */
export function CopyButton({ text, label, children, className, look = 'ghost' }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => {
      clearTimeout(timer);
    };
  }, [copied]);
  return (
    <Button
      look={look}
      size={children ? 'sm' : 'icon-sm'}
      aria-label={copied ? 'Copied' : label}
      title={label}
      className={cn(className)}
      onClick={(event) => {
        event.stopPropagation();
        void copyText(typeof text === 'string' ? text : text()).then(setCopied);
      }}
    >
      {copied ? <Check className="text-ok" /> : <Copy />}
      {children}
    </Button>
  );
}
