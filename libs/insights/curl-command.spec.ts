import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { toCurlCommand } from './curl-command.js';

/** What a shell hands to the program called curl: the arguments, and what comes in through the pipe. */
function runInShell(command: string): { args: string[]; input: string } {
  const script = `curl() { printf '%s\\0' "$@"; printf '\\1'; if [ "$last" = yes ]; then cat; fi; }\n`;
  const last = command.startsWith('printf') ? 'yes' : 'no';
  const output = execFileSync('/bin/sh', {
    input: `last=${last}\n${script}${command}\n`,
    maxBuffer: 1 << 24,
  }).toString();
  const [args, input] = output.split('\u0001');
  return { args: args!.split('\0').slice(0, -1), input: input ?? '' };
}

describe('toCurlCommand', () => {
  const hostile = `{"a":"it's","b":"$(touch /tmp/x) \`id\` \\\\ !! \\n","c":"@file","d":"x\ny"}`;

  it('hands URL, headers and body to curl as they are, whatever a shell would make of them', () => {
    const url = `https://shop.example/hooks?a[1-3]={b}&c='$HOME'`;
    const { args } = runInShell(toCurlCommand(url, { 'x-note': `O'Brien; rm -rf "$HOME"` }, hostile));
    expect(args.slice(-5)).toEqual([url, '--header', `x-note: O'Brien; rm -rf "$HOME"`, '--data-raw', hostile]);
  });

  it('sends a body that is too long for an argument through a pipe', () => {
    const body = `"${"it's ".repeat(60_000)}"`;
    const { args, input } = runInShell(toCurlCommand('https://shop.example', {}, body));
    expect(args.slice(-2)).toEqual(['--data-binary', '@-']);
    expect(input).toBe(body);
  });
});
