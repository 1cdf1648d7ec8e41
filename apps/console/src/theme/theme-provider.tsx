import { DEFAULT_THEME, MantineProvider, mergeMantineTheme } from '@mantine/core';
import { type ReactNode, useLayoutEffect, useMemo } from 'react';
import { adoptTheme } from './adopted-styles.js';
import { makeTheme } from './theme.js';

export function ThemeProvider({ accent = null, children }: { accent?: string | null; children: ReactNode }) {
  const theme = useMemo(() => makeTheme(accent), [accent]);
  useLayoutEffect(() => adoptTheme(mergeMantineTheme(DEFAULT_THEME, theme)), [theme]);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      {children}
    </MantineProvider>
  );
}
