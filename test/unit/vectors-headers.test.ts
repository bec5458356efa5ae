// The reference gateway's own outputs in the areas of headers and claims (test/fixtures/vectors): the same in
// substance, or where the reference is marked as wrong, what the specification says instead.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check.js';
import { filterClaims, discloseIdentity } from '../../src/policy/identity/disclose.js';
import { mergeHeaders } from '../../src/policy/headers/merge.js';
import type { HeaderField, ServerPolicy } from '../../src/policy/model.js';
import type { Claims, Principal } from '../../src/policy/principal.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { nodeHost } from '../../src/host.js';

interface Vector {
  readonly id: string;
  readonly area: string;
  readonly input: Record<string, unknown>;
  readonly output: unknown;
  readonly note: string;
  readonly deviate?: boolean;
  readonly reason?: string;
  readonly expected_better?: unknown;
}

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/vectors/reference.json', import.meta.url), 'utf8'),
) as Vector[];
const UNDEFINED = '__undefined__';

/** What ours must give: the reference's output, unless the vector says that the reference is wrong. */
function expectedOf(vector: Vector): unknown {
  return vector.deviate === true && 'expected_better' in vector ? vector.expected_better : vector.output;
}

async function policyOf(config: unknown): Promise<ServerPolicy | readonly string[]> {
  const { policy, diagnostics } = await checkConfig({
    host: nodeHost(),
    file: 'vector.json',
    text: JSON.stringify(config),
    directory: '/',
    resolveReferences: true,
    trusted: true,
    lint: false,
  });
  return policy?.servers[0] ?? diagnostics.map((diagnostic) => `${diagnostic.pointer} ${diagnostic.message}`);
}

function fields(headers: unknown): readonly HeaderField[] {
  return Object.entries(headers as Record<string, string>).map(([name, value]) => ({ name, value }));
}

function sentBy(server: ServerPolicy, incoming: unknown, identity?: HeaderField): Record<string, string> {
  const { sent } = mergeHeaders({ client: fields(incoming), server, identity });
  return Object.fromEntries(sent.map((header) => [header.name, reveal(header.value)]));
}

describe('the reference vectors of forward_headers', () => {
  it.each(vectors.filter((vector) => vector.area === 'forward_headers').map((vector) => [vector.id, vector] as const))(
    '%s',
    async (_id, vector) => {
      const identity =
        vector.id === 'forward_headers-25'
          ? { user_identity_forwarding: { method: 'claims_header', header_name: 'X-Identity' } }
          : {};
      const server = await policyOf({ forward_headers: vector.input['config'], ...identity });
      const expected = expectedOf(vector);
      // A missing mode is a config error by the specification, whatever else the vector would allow.
      const configError =
        vector.id === 'forward_headers-18' ||
        (typeof expected === 'object' && expected !== null && '__configError' in expected);
      if (configError) {
        expect(Array.isArray(server), vector.note).toBe(true);
        return;
      }
      expect(Array.isArray(server), JSON.stringify(server)).toBe(false);
      const sent = sentBy(server as ServerPolicy, vector.input['incoming']);
      expect(sent, vector.note).toEqual(expected === UNDEFINED ? {} : expected);
      if (vector.id === 'forward_headers-05') expect(Object.keys(sent)).toEqual(Object.keys(expected as object));
    },
  );

  it('never forwards Authorization in all-except mode, nor when no list names it', async () => {
    for (const forward_headers of [{ mode: 'all-except', headers: [] }, ['x-other']]) {
      const server = await policyOf({ forward_headers });
      expect(sentBy(server as ServerPolicy, { authorization: 'Bearer t' })).toEqual({});
    }
  });
});

describe('the reference vectors of merge', () => {
  it.each(vectors.filter((vector) => vector.area === 'merge').map((vector) => [vector.id, vector] as const))(
    '%s',
    async (_id, vector) => {
      const config = vector.input['config'] as Record<string, unknown>;
      const { forwardHeaders, passthroughHeaders, ...rest } = config;
      const server = await policyOf({
        mcpServers: {
          vector: {
            url: 'https://mcp.example.com/mcp',
            ...rest,
            ...(forwardHeaders === undefined ? {} : { forward_headers: forwardHeaders }),
            ...(passthroughHeaders === undefined ? {} : { passthrough_headers: passthroughHeaders }),
          },
        },
      });
      expect(Array.isArray(server), JSON.stringify(server)).toBe(false);
      const policy = server as ServerPolicy;
      const { token } = (vector.input['tokenInfo'] ?? {}) as { token?: string };
      const principal: Principal =
        token === undefined ? { kind: 'anonymous' } : { kind: 'verified', token: new Secret(token), claims: {} };
      const disclosed = discloseIdentity({
        policy: policy.identity === undefined ? undefined : { ...policy.identity, onMissing: 'anonymous' },
        principal,
        url: policy.url,
      });
      const sent = sentBy(policy, vector.input['incoming'], disclosed.kind === 'header' ? disclosed.header : undefined);
      const wire = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]));
      expect(wire, vector.note).toEqual(
        vector.deviate === true ? vector.expected_better : (vector.output as { wire: unknown }).wire,
      );
    },
  );
});

describe('the reference vectors of filterClaims', () => {
  /** What the specification says where the vector names no better output. */
  const specified: Readonly<Record<string, unknown>> = {
    'filterClaims-03': {},
    'filterClaims-07': { sub: 'a' },
  };

  it.each(vectors.filter((vector) => vector.area === 'filterClaims').map((vector) => [vector.id, vector] as const))(
    '%s',
    (_id, vector) => {
      const filtered = filterClaims(vector.input['tokenInfo'] as Claims, vector.input['include'] as string[]);
      expect({ ...filtered }, vector.note).toEqual(specified[vector.id] ?? expectedOf(vector));
    },
  );
});
