import { describe, expect, it } from 'vitest';
import { namedUrl } from '../../../../src/cli/online/exchange/named-url.js';

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

describe('an address that a document names', () => {
  it.each([...LOCAL, ...HERE])('is not asked when a public server names %s', (text) => {
    expect(namedUrl(text, PUBLIC)).toBeUndefined();
  });

  it.each(ANYWHERE)('is asked when anybody names %s', (text) => {
    expect(namedUrl(text, PUBLIC)?.href).toBe(text);
    expect(namedUrl(text, LOOPBACK)?.href).toBe(text);
  });

  it.each(LOCAL)('is asked when a server of a private network names %s', (text) => {
    expect(namedUrl(text, PRIVATE)).toBeDefined();
  });

  it.each(HERE)('is asked when a server of this machine names %s, and no other', (text) => {
    expect(namedUrl(text, LOOPBACK)).toBeDefined();
    expect(namedUrl(text, PRIVATE)).toBeUndefined();
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
    `https://example.com/${'x'.repeat(2048)}`,
  ])('is not asked when it is %j', (value) => {
    expect(namedUrl(value, LOOPBACK)).toBeUndefined();
  });
});
