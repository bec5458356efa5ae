import { describe, expect, it } from 'vitest';
import { encodeSentinel, envelopeHeaders } from '../../../src/gateway/outbound-headers.js';

describe('the headers of revision 2026-07-28', () => {
  it.each([
    ['echo', 'echo'],
    ['two words', 'two words'],
    ['région', '=?base64?csOpZ2lvbg==?='],
    [' padded', '=?base64?IHBhZGRlZA==?='],
    ['', '=?base64??='],
    ['a\r\nx: y', '=?base64?YQ0KeDogeQ==?='],
    ['=?base64?eA==?=', '=?base64?PT9iYXNlNjQ/ZUE9PT89?='],
  ])('encodes %j so that no header can be broken or forged', (value, expected) => {
    expect(encodeSentinel(value)).toBe(expected);
  });

  it('names the tool, the prompt or the resource that the message names', () => {
    const named = (method: string, params: Record<string, unknown>): readonly string[] =>
      envelopeHeaders({ version: '2026-07-28', method, params }).slice(4);
    expect(named('tools/call', { name: 'add' })).toEqual(['mcp-name', 'add']);
    expect(named('resources/read', { uri: 'memo://x' })).toEqual(['mcp-name', 'memo://x']);
    expect(named('tools/list', { name: 'add' })).toEqual([]);
    expect(named('constructor', { name: 'add' })).toEqual([]);
  });
});
