/** The text that is searched for: what is folded opens where it is found, and each find is marked. */
import { createContext, useContext, useEffect, type RefObject } from 'react';

export const FindContext = createContext('');

/** Lower case; empty when nothing is searched for. */
export function useFind(): string {
  return useContext(FindContext);
}

const NAME = 'sonde-find';
const MARKS_MAX = 2_000;

/** Marks every find below an element, without touching its nodes: content stays text that nobody rewrote. */
export function useMarks(element: RefObject<HTMLElement | null>, find: string): void {
  useEffect(() => {
    const root = element.current;
    if (!root || find === '' || !('highlights' in CSS)) return;
    const mark = () => {
      const ranges: Range[] = [];
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node && ranges.length < MARKS_MAX; node = walker.nextNode()) {
        const text = node.nodeValue?.toLowerCase() ?? '';
        for (let at = text.indexOf(find); at >= 0 && ranges.length < MARKS_MAX; at = text.indexOf(find, at + find.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, Math.min(at + find.length, node.nodeValue?.length ?? 0));
          ranges.push(range);
        }
      }
      CSS.highlights.set(NAME, new Highlight(...ranges));
    };
    mark();
    let frame = 0;
    const observer = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(mark);
    });
    observer.observe(root, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(NAME);
    };
  }, [element, find]);
}
