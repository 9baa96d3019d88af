import { useEffect, useRef } from 'react';

/** Whether a key press belongs to a control and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target.closest('[role=menu], [role=listbox], [role=combobox]') !== null;
}

function modalIsOpen(): boolean {
  return (
    document.querySelector('[role=dialog][data-state=open]:not([data-peek]), [role=menu][data-state=open]') !== null
  );
}

/** "k", "?", "mod+k", "shift+b"; single keys are as typed, so "?" needs no "shift". */
function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? 'mod+' : '';
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = event.key.length === 1 && /[a-z]/i.test(event.key);
  return `${mod}${event.shiftKey && letter ? 'shift+' : ''}${key}`;
}

/** "k", "mod+k", or a chord: "g c" is g and, soon after, c. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** How long the first key of a chord waits for the second. */
const CHORD_MS = 1_200;

/** The shortcuts of everything that is on the page; what came last is asked first. */
const stack: { current: Shortcuts }[] = [];
let prefix = '';
let prefixUntil = 0;

function find(name: string) {
  return stack.findLast((entry) => name in entry.current)?.current[name];
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  if (['Shift', 'Control', 'Meta'].includes(event.key)) return;
  const name = nameOf(event);
  const chord = performance.now() < prefixUntil ? `${prefix} ${name}` : '';
  prefixUntil = 0;
  if (!name.startsWith('mod+') && (isTyping(event.target) || modalIsOpen())) return;
  const action = (chord === '' ? undefined : find(chord)) ?? find(name);
  if (action) {
    event.preventDefault();
    action(event);
  } else if (stack.some((entry) => Object.keys(entry.current).some((key) => key.startsWith(`${name} `)))) {
    prefix = name;
    prefixUntil = performance.now() + CHORD_MS;
  }
}

/** Keys of the page. They rest while somebody types or a dialog or menu is open; those with mod always work. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    if (stack.length === 0) window.addEventListener('keydown', onKeyDown);
    stack.push(latest);
    return () => {
      stack.splice(stack.indexOf(latest), 1);
      if (stack.length === 0) window.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}
