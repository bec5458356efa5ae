import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../src/gateway/json-rpc.js';

describe('a line of the host', () => {
  it.each([
    ['nonsense', -32700, null],
    ['', -32700, null],
    ['[]', -32600, null],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, null],
    ['"text"', -32600, null],
    ['{"id":1,"method":"ping"}', -32600, 1],
    ['{"jsonrpc":"1.0","id":"a","method":"ping"}', -32600, 'a'],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, null],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, null],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, null],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600, 1],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600, 1],
    // Without a method the id is one of the server's: under it the error would answer a request of the host itself.
    ['{"jsonrpc":"2.0","id":1}', -32600, null],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', -32600, null],
  ])('is answered as JSON-RPC says: %s', (line, code, id) => {
    expect(parseMessage(line)).toMatchObject({ kind: 'bad', id, error: { code } });
  });

  it('is a request, a notification or an answer, and keeps its text', () => {
    const request = '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"a"},"unknown":1}';
    expect(parseMessage(request)).toEqual({
      kind: 'request',
      id: 'x',
      method: 'tools/call',
      params: { name: 'a' },
      text: request,
    });
    expect(parseMessage('{"jsonrpc":"2.0","method":"notifications/initialized"}')).toMatchObject({
      kind: 'notification',
    });
    expect(parseMessage('{"jsonrpc":"2.0","id":0,"error":{"code":1,"message":"m"}}')).toMatchObject({
      kind: 'response',
      id: 0,
    });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseMessage(line)));
  });
});
