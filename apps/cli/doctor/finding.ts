/** What one check found: fine, worth knowing, or something that keeps Posthorn from working. */
export interface Finding {
  check: string;
  level: 'ok' | 'warn' | 'fail';
  /** One sentence; for `fail` it says what to do. */
  message: string;
}

export const ok = (check: string, message: string): Finding => ({ check, level: 'ok', message });
export const warn = (check: string, message: string): Finding => ({ check, level: 'warn', message });
export const fail = (check: string, message: string): Finding => ({ check, level: 'fail', message });

/** One line a finding, and what it comes to. */
export function toReport(findings: readonly Finding[]): string {
  const marks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, level, message }) => `${marks[level]}  ${check.padEnd(width)}  ${message}`);
  const failed = findings.filter(({ level }) => level === 'fail').length;
  const end = failed === 0 ? 'Everything Posthorn needs is there.' : `${failed} of ${findings.length} checks failed.`;
  return [...lines, end].join('\n');
}
