import { convertCssVariables, defaultCssVariablesResolver, type MantineTheme } from '@mantine/core';

let sheet: CSSStyleSheet | null = null;

/**
 * The theme's colours and sizes as variables, in a style sheet that the page adopts. Mantine would write them into a
 * <style> element, which a strict content security policy refuses.
 */
export function adoptTheme(theme: MantineTheme): void {
  if (sheet === null) document.adoptedStyleSheets.push((sheet = new CSSStyleSheet()));
  sheet.replaceSync(convertCssVariables(defaultCssVariablesResolver(theme), ':root'));
}
