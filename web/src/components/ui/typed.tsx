import { Field, Input } from './field';

interface Props {
  /** What has to be typed. */
  word: string;
  value: string;
  onChange: (value: string) => void;
}

/** Typing the name of what is about to go, so that no stray click deletes it. */
export function Typed({ word, value, onChange }: Props) {
  return (
    <Field
      label={
        <>
          Type <code className="mono rounded bg-sunken px-1 wrap-anywhere text-ink">{word}</code> to confirm
        </>
      }
    >
      {(ids) => <Input {...ids} className="mono" value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
