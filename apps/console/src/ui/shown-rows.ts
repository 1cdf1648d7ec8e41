import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** Up to here all rows are drawn: they can be searched in the browser, and their columns are as wide as they need. */
const DRAWN_WHOLE = 150;
const ROW_PX = 39;
const BEYOND_THE_EDGE = 15;

interface ShownRows {
  readonly first: number;
  /** The one after the last. */
  readonly last: number;
  /** Heights of what is left out, in pixels. */
  readonly before: number;
  readonly after: number;
  readonly measure: ((row: Element | null) => void) | undefined;
}

/** Which rows of a long table are drawn: those near what the window shows. */
export function useShownRows(body: RefObject<HTMLElement | null>, count: number): ShownRows {
  const isLong = count > DRAWN_WHOLE;
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (!isLong) return;
    const measure = (): void => {
      if (body.current !== null) setTop(Math.round(body.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    // What stands above may come later or grow, and moves the table.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [isLong, body]);
  // oxlint-disable-next-line react/incompatible-library -- this hook is called anew each time, and not memoized
  const virtualizer = useWindowVirtualizer({
    count,
    enabled: isLong,
    estimateSize: () => ROW_PX,
    overscan: BEYOND_THE_EDGE,
    scrollMargin: top,
  });
  if (!isLong) return { first: 0, last: count, before: 0, after: 0, measure: undefined };
  const items = virtualizer.getVirtualItems();
  const [start, end] = [items[0], items.at(-1)];
  if (start === undefined || end === undefined)
    return { first: 0, last: Math.min(count, DRAWN_WHOLE), before: 0, after: 0, measure: undefined };
  return {
    first: start.index,
    last: end.index + 1,
    before: start.start - top,
    after: virtualizer.getTotalSize() - (end.end - top),
    measure: virtualizer.measureElement,
  };
}
