import { VARIABLES, type VariableName } from './variables.js';

/** docs/configuration.md, as Markdown: a test keeps the file equal to this. */
export function configurationReference(): string {
  const rows = (Object.keys(VARIABLES) as VariableName[]).map((name) => {
    const { fallback, shown, meaning } = { shown: undefined, ...VARIABLES[name] };
    const value = shown ?? (fallback === null ? 'none' : `\`${fallback}\``);
    return `| \`${name}\` | ${value} | ${meaning} |`;
  });
  return `# Configuration

Posthorn is configured by its environment alone. Everything is read and checked once, at boot: a wrong value stops the
boot, and the message names every variable that is wrong. An empty value counts as not set, and \`NAME_FILE\` gives any
variable from a file instead (for secrets mounted by the platform). A \`POSTHORN_\` name that is not listed here is
reported as a warning.

| variable | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}
