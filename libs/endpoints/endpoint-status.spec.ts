import { describe, expect, it } from 'vitest';
import type { EndpointStatus } from './endpoint.js';
import { decideStatus, type StatusCommand } from './endpoint-status.js';

describe(decideStatus.name, () => {
  it.each<[EndpointStatus, StatusCommand, EndpointStatus]>([
    ['enabled', 'pause', 'paused'],
    ['enabled', 'disable', 'disabled'],
    ['paused', 'resume', 'enabled'],
    ['paused', 'disable', 'disabled'],
    ['disabled', 'enable', 'enabled'],
  ])('from %s, %s leads to %s', (now, command, status) => {
    expect(decideStatus(now, command)).toEqual({ kind: 'become', status });
  });

  it.each<[EndpointStatus, StatusCommand]>([
    ['enabled', 'resume'],
    ['enabled', 'enable'],
    ['paused', 'pause'],
    ['disabled', 'disable'],
  ])('an endpoint that is %s stays so on %s', (now, command) => {
    expect(decideStatus(now, command)).toEqual({ kind: 'stay' });
  });

  it('one that is disabled until it proves something can be disabled by a person beside', () => {
    expect(decideStatus('disabled', 'disable', true)).toEqual({ kind: 'become', status: 'disabled' });
  });

  it.each<[EndpointStatus, StatusCommand, RegExp]>([
    ['disabled', 'pause', /enable/],
    ['disabled', 'resume', /enable/],
    ['paused', 'enable', /resume/],
  ])('from %s, %s says what to do instead', (now, command, message) => {
    expect(decideStatus(now, command)).toEqual({ kind: 'refuse', message: expect.stringMatching(message) });
  });
});
