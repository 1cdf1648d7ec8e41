import { ERROR_CODES } from './errors.js';

/** docs/errors.md, as Markdown: a test keeps the file equal to this. */
export function errorReference(): string {
  const rows = Object.entries(ERROR_CODES)
    .sort(([, [a]], [, [b]]) => a - b)
    .map(([code, [status, meaning, cure]]) => `| ${status} | \`${code}\` | ${meaning} | ${cure} |`);
  return `# Error codes

Every refusal is an \`application/problem+json\` document (RFC 9457): \`type\` (\`urn:posthorn:problem:<code>\`), \`title\`,
\`status\`, \`detail\` (one sentence about this very request), \`instance\` (the path), \`code\`, \`requestId\`, and for 422
\`errors\`, a list of \`{pointer, code, message}\`: \`pointer\` is a JSON Pointer into the body (\`/settings/maxEndpoints\`), or
\`?name\` for a query parameter. Codes are stable: more may come, none is renamed.

| status | code | meaning | cure |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
