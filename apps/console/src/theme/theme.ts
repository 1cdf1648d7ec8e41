import { colorsTuple, createTheme, type MantineColorsTuple, Modal, Tooltip } from '@mantine/core';

/** Ink, the colour of what can be acted upon; from the lightest ground to the darkest text. */
const INK: MantineColorsTuple = [
  '#eef4fb',
  '#dbe6f3',
  '#b6cce6',
  '#8db0d9',
  '#6a97cd',
  '#4b80be',
  '#3269ab',
  '#255692',
  '#1d4576',
  '#16355b',
];

/** Greys with a little blue in them, from the lightest text to the darkest ground. */
const DARK: MantineColorsTuple = [
  '#e2e7ee',
  '#c3cbd6',
  '#9aa6b5',
  '#6d7a8b',
  '#3a4553',
  '#2a333f',
  '#1c232d',
  '#161c24',
  '#10151b',
  '#0b0f14',
];

/** Danger. White stands on the sixth and the seventh (buttons, in dark and in light) with a contrast of 4.5 or more. */
const RED: MantineColorsTuple = [
  '#fdecea',
  '#f9d3d0',
  '#f2a7a1',
  '#ea7a72',
  '#e25a50',
  '#d9453c',
  '#c9362d',
  '#b3261e',
  '#971d16',
  '#78150f',
];

const SANS = 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const MONO =
  'ui-monospace, SFMono-Regular, "JetBrains Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace';

/** `accent`: the colour of an owner of a portal; the house's own unless given. */
export function makeTheme(accent: string | null) {
  return createTheme({
    colors: { ink: accent === null ? INK : colorsTuple(accent), dark: DARK, red: RED },
    primaryColor: 'ink',
    primaryShade: { light: 7, dark: 6 },
    autoContrast: true,
    fontFamily: SANS,
    fontFamilyMonospace: MONO,
    fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
    headings: {
      fontWeight: '600',
      sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
    },
    defaultRadius: 'sm',
    cursorType: 'pointer',
    respectReducedMotion: true,
    components: {
      // Locking the scroll would write a style into the page, which its content security policy refuses.
      // Its header is none of the page.
      Modal: Modal.extend({ defaultProps: { lockScroll: false, attributes: { header: { role: 'presentation' } } } }),
      Drawer: { defaultProps: { lockScroll: false } },
      Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true } }),
    },
  });
}
