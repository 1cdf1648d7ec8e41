import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { Metrics, statusClass } from './metrics.js';

function loggedBy(write: (logger: ReturnType<typeof createLogger>) => void, level = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger({ level, process: 'test', destination: { write: (line) => void lines.push(line) } }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLogger', () => {
  it('writes one JSON object a line, with level and process in words', () => {
    const [line] = loggedBy((logger) => logger.info({ delivery: 'dlv_1' }, 'sent'));
    expect(line).toMatchObject({ level: 'info', process: 'test', delivery: 'dlv_1', msg: 'sent' });
    expect(line!['time']).toMatch(/^\d{4}-.*Z$/);
  });

  it('never shows a credential', () => {
    const [line] = loggedBy((logger) => {
      logger.info({ secret: 'whsec_x', headers: { authorization: 'Bearer phk_x', cookie: 'c=x' }, password: 'x' });
    });
    expect(JSON.stringify(line)).not.toMatch(/whsec_|phk_|c=x/);
    expect(line).toMatchObject({ secret: '[redacted]', headers: { authorization: '[redacted]' } });
  });

  it('tells nothing of the rows that an error of the database quotes', () => {
    const error = Object.assign(new Error('null value in column "type"'), {
      code: '23502',
      detail: 'Failing row contains (4111).',
      where: 'JSON data, line 1: 4111',
    });
    const [line] = loggedBy((logger) => logger.error({ err: error }, 'request failed'));
    expect(line).toMatchObject({ err: { message: error.message, code: '23502' } });
    expect(JSON.stringify(line)).not.toContain('4111');
  });

  it('keeps quiet below its level', () => {
    expect(loggedBy((logger) => logger.info('x'), 'warn')).toEqual([]);
  });
});

describe('Metrics', () => {
  it('shows every series at nought before anything was counted', async () => {
    const { text } = await new Metrics({ processDefaults: false }).expose();
    expect(text).toContain('posthorn_events_accepted_total 0');
    for (const outcome of ['succeeded', 'dead', 'cancelled']) {
      expect(text).toContain(`posthorn_deliveries_total{outcome="${outcome}"} 0`);
    }
    expect(text).toContain('posthorn_attempts_total{status_class="5xx"} 0');
  });

  it('counts and measures', async () => {
    const metrics = new Metrics({ processDefaults: false });
    metrics.eventsAccepted.inc(3);
    metrics.deliveries.succeeded.inc();
    metrics.attempts['2xx'].inc();
    metrics.dueDeliveries.set(7);
    metrics.publishSeconds.observe(0.004);
    const { text } = await metrics.expose();
    expect(text).toContain('posthorn_events_accepted_total 3');
    expect(text).toContain('posthorn_deliveries_total{outcome="succeeded"} 1');
    expect(text).toContain('posthorn_due_deliveries 7');
    expect(text).toContain('posthorn_publish_seconds_bucket{le="0.005"} 1');
  });
});

describe('statusClass', () => {
  it.each([
    [200, '2xx'],
    [302, '3xx'],
    [410, '4xx'],
    [599, '5xx'],
    [null, 'none'],
    [101, 'none'],
    [999, 'none'],
  ] as const)('of %s is %s', (status, expected) => {
    expect(statusClass(status)).toBe(expected);
  });
});
