// Whose a URI is: what a server is asked for is what it has listed itself, whatever another one calls its own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createShownUris, type ShownUris } from '../../../../src/gateway/catalog/shown-uris.js';

const SERVERS = new Map(['a', 'b', 'B', 'my_server'].map((name) => [name, name]));
const server = fc.constantFrom(...SERVERS.keys());
const uri = fc.oneof(
  fc.constantFrom('memo://x', 'memo://y', 'mcpgw+a:memo://x', 'MCPGW+b:memo://x', 'file:///a/b', '', ':'),
  fc.webUrl(),
);

describe('URIs of resources', () => {
  it('as they are shown once all is known lead back to the server that has them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(server, uri), { maxLength: 20 }), (listed) => {
        const uris = createShownUris(SERVERS);
        for (const [owner, own] of listed) uris.learn(owner, own);
        const shownBy = new Map<string, string>();
        for (const [owner, own] of listed) {
          const shown = uris.shown(owner, own);
          expect(uris.find(shown)).toEqual({ server: owner, uri: own });
          expect(shownBy.get(shown) ?? `${owner} ${own}`).toBe(`${owner} ${own}`);
          shownBy.set(shown, `${owner} ${own}`);
        }
      }),
    );
  });

  it('that a template makes lead to the server of the template', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(server, fc.constantFrom('a://{x}', 'a://b/{x}', 'c://{x}', '{x}')), { maxLength: 8 }),
        (listed) => {
          const uris = createShownUris(SERVERS);
          for (const [owner, own] of listed) uris.learnTemplate(owner, own);
          for (const [owner, own] of listed) {
            const made = uris.shownTemplate(owner, own).replace('{x}', 'z');
            const found = uris.find(made);
            // A template without a beginning of its own says nothing about whose a URI is.
            if (own !== '{x}' || found !== undefined)
              expect(found).toEqual({ server: owner, uri: own.replace('{x}', 'z') });
          }
        },
      ),
    );
  });

  it('with the scheme of a server are its own, in any case of letters', () => {
    const uris: ShownUris = createShownUris(SERVERS);
    uris.learn('my_server', 'memo://x');
    uris.learn('a', 'memo://x');
    expect(uris.shown('my_server', 'memo://x')).toBe('mcpgw+my.server:memo://x');
    expect(new URL(uris.shown('my_server', 'memo://x')).protocol).toBe('mcpgw+my.server:');
    expect(uris.find('MCPGW+MY.SERVER:memo://x')).toEqual({ server: 'my_server', uri: 'memo://x' });
    expect([uris.find('mcpgw+b:q'), uris.find('mcpgw+b+2:q')]).toEqual([
      { server: 'b', uri: 'q' },
      { server: 'B', uri: 'q' },
    ]);
  });

  it("that nobody has named are nobody's", () => {
    const uris = createShownUris(SERVERS);
    uris.learnTemplate('a', 'a://{x}');
    uris.learnTemplate('b', 'a://{y}');
    for (const unknown of ['memo://x', 'a://1', 'mcpgw+zzz:memo://x', '']) expect(uris.find(unknown)).toBeUndefined();
  });
});
