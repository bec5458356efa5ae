import { describe, expect, it } from 'vitest';
import { namedUrl } from '../../../src/net/named-url.js';

const PUBLIC = new URL('https://mcp.example.com/');
const PRIVATE = new URL('https://10.0.0.1/');
const LOOPBACK = new URL('http://127.0.0.1:80/');

const LOCAL = [
  'https://10.0.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://169.254.169.254/',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[fc00::1]/',
  'https://[fe80::1]/',
  'https://intranet/',
  'https://printer.local/',
  'https://vault.internal./',
];
const HERE = [
  'https://localhost/',
  'https://localhost./',
  'https://a.localhost/',
  'https://127.0.0.1/',
  'https://127.9.9.9/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::1]/',
  'http://127.0.0.1/',
];
const ANYWHERE = [
  'https://example.com/',
  'https://8.8.8.8/',
  'https://172.32.0.1/',
  'https://11.0.0.1/',
  'https://[2606:4700::1]/',
  'https://local.example/',
];

const kindOf = (text: unknown, by: URL): string => namedUrl(text, by).kind;

describe('an address that a document names', () => {
  it.each([...LOCAL, ...HERE])('is not asked when a public server names %s', (text) => {
    expect(namedUrl(text, PUBLIC)).toEqual({ kind: 'kept', why: expect.stringContaining('nearer to this machine') });
  });

  it.each(ANYWHERE)('is asked when anybody names %s', (text) => {
    expect(namedUrl(text, PUBLIC)).toEqual({ kind: 'asked', url: new URL(text) });
    expect(namedUrl(text, LOOPBACK)).toEqual({ kind: 'asked', url: new URL(text) });
  });

  it.each(LOCAL)('is asked when a server of a private network names %s', (text) => {
    expect(kindOf(text, PRIVATE)).toBe('asked');
  });

  it.each(HERE)('is asked when a server of this machine names %s, and no other', (text) => {
    expect(kindOf(text, LOOPBACK)).toBe('asked');
    expect(kindOf(text, PRIVATE)).toBe('kept');
  });

  it.each([
    undefined,
    null,
    7,
    {},
    '',
    'x',
    '/relative',
    'http://example.com/',
    'https://user:pass@example.com/',
    `https://${'a.'.repeat(130)}example`,
  ])('can never be used when it is %j', (value) => {
    expect(kindOf(value, LOOPBACK)).toBe('unusable');
  });

  it('is not asked when it is very long, which says nothing about it', () => {
    expect(kindOf(`https://example.com/${'x'.repeat(2048)}`, LOOPBACK)).toBe('kept');
  });
});
