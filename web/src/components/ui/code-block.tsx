import { CopyButton } from './copy-button';

/** A piece of code to copy. */
export function CodeBlock({ title, code }: { title: string; code: string }) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line">
      <figcaption className="flex h-8 items-center border-b border-line bg-sunken pr-1 pl-3 text-xs text-ink-2">
        {title}
        <CopyButton className="ml-auto" label={`Copy: ${title}`} text={code} />
      </figcaption>
      <pre className="mono overflow-x-auto bg-surface px-3 py-2.5 text-xs leading-[1.3rem]" tabIndex={0}>
        {code}
      </pre>
    </figure>
  );
}
