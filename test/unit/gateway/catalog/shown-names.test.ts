// Names of several servers in one endpoint are injective, at most as long as hosts take, and the same in every process.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createShownNames } from '../../../../src/gateway/catalog/shown-names.js';

/** Names made to meet: of the separator, of each other's prefixes, of the form of cut ones. */
const piece = fc.constantFrom(
  'a',
  'b',
  '_',
  '__',
  'a__b',
  '-',
  '.',
  '/',
  'é',
  '😀',
  '0123456789',
  '_0123456789',
  'x'.repeat(40),
);
const anyName = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
);
const servers = fc.uniqueArray(anyName, { minLength: 2, maxLength: 6 });

describe('names of tools', () => {
  it('lead back to the server and its own name, and no two are one', () => {
    fc.assert(
      fc.property(servers, fc.uniqueArray(anyName, { maxLength: 12 }), (all, tools) => {
        const names = createShownNames(all);
        const seen = new Set<string>();
        for (const server of all) {
          for (const name of tools) {
            const shown = names.shown(server, name);
            expect(shown.length).toBeLessThanOrEqual(64);
            expect(seen.has(shown)).toBe(false);
            seen.add(shown);
            expect(names.find(shown)).toEqual({ server, name });
          }
        }
      }),
    );
  });

  it('are the same in another process, whatever other servers there are', () => {
    fc.assert(
      fc.property(servers, anyName, (all, name) => {
        const [first = ''] = all;
        expect(createShownNames(all.toReversed()).shown(first, name)).toBe(createShownNames(all).shown(first, name));
        expect(createShownNames([first]).shown(first, name)).toBe(createShownNames(all).shown(first, name));
      }),
    );
  });

  it('of a plain server are its name, two underscores, and the name of the tool', () => {
    const names = createShownNames(['linear', 'my_server']);
    expect(names.shown('linear', 'create_issue')).toBe('linear__create_issue');
    expect(names.shown('my_server', '_x')).toBe('my_server___x');
    expect(names.find('my_server___x')).toEqual({ server: 'my_server', name: '_x' });
  });

  it('that are cut are known once they were shown, and tell their server before', () => {
    const shown = createShownNames(['linear']).shown('linear', 'x'.repeat(100));
    expect(shown).toMatch(/^linear__x{45}_[0-9a-f]{10}$/);
    expect(createShownNames(['linear']).find(shown)).toEqual({ server: 'linear', name: undefined });
  });

  it('of no server are found at none', () => {
    const names = createShownNames(['linear']);
    for (const shown of ['', '__', 'x', 'other__x', 'LINEAR__x', '__proto____x'])
      expect(names.find(shown)).toBeUndefined();
  });
});
