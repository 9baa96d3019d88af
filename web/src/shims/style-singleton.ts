/**
 * Stands in for the package `react-style-singleton`, by which Radix locks scrolling: that one writes a <style>
 * element, which the content security policy forbids; a constructed style sheet is allowed.
 */
import { useEffect, type ReactElement } from 'react';

interface StyleProps {
  styles: string;
  dynamic?: boolean;
}

export const stylesheetSingleton = () => {
  let users = 0;
  let sheet: CSSStyleSheet | null = null;
  return {
    add(styles: string) {
      if (users === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(styles);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      users += 1;
    },
    remove() {
      users -= 1;
      if (users > 0 || sheet === null) return;
      const gone = sheet;
      sheet = null;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== gone);
    },
  };
};

export const styleHookSingleton = () => {
  const sheet = stylesheetSingleton();
  return function useStyle(styles: string, dynamic?: boolean) {
    useEffect(() => {
      sheet.add(styles);
      return () => {
        sheet.remove();
      };
    }, [styles, dynamic]);
  };
};

export const styleSingleton = () => {
  const useStyle = styleHookSingleton();
  return function Sheet({ styles, dynamic }: StyleProps): ReactElement | null {
    useStyle(styles, dynamic);
    return null;
  };
};
