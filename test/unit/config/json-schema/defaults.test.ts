// The defaults that the JSON Schema states are those that normalisation gives.
import { expect, test } from 'vitest';
import { documentWith, withoutPlace } from '../../../../scripts/place-document.js';
import { examplesOf, nameOf, placesOf } from '../../../../scripts/schema-walk.js';
import type { GatewayPolicy } from '../../../../src/policy/model.js';
import { policyOf } from '../check-text.js';

const places = placesOf()
  .filter(({ schema }) => schema['default'] !== undefined)
  .map((place) => [nameOf(place), place] as const);

/** Keys that normalisation reads today: another value than the default has to make a difference. */
const READ = [
  'transport',
  'allow_insecure_http',
  'user_identity_forwarding.include_claims',
  'user_identity_forwarding.jwt_expiry_seconds',
  'user_identity_forwarding.on_missing',
  'jwt_validation.algorithms',
  'jwt_validation.headerKey',
  'jwt_validation.clockTolerance',
  'jwt_validation.cacheMaxAge',
  'jwt_validation.claimValues.*.matchType',
  'jwt_validation.requireExp',
];

test.each(places)('%s means its default when it is left out', async (_name, place) => {
  const stated = documentWith(place, place.schema['default']);
  expect(await meaningOf(stated)).toEqual(await meaningOf(withoutPlace(stated, place)));
});

test.each(READ)('%s has a default, and another value means something else', async (name) => {
  const [, place] = places.find(([each]) => each === name) ?? [];
  if (place === undefined) throw new Error(`${name} states no default`);
  const { default: standard } = place.schema;
  const other = examplesOf(place.schema).find((value) => JSON.stringify(value) !== JSON.stringify(standard));
  const document = documentWith(place, other);
  expect(await meaningOf(document)).not.toEqual(await meaningOf(withoutPlace(document, place)));
});

test('introspection has the stated defaults', async () => {
  const stated = (key: string): unknown =>
    places.find(([name]) => name === `jwt_validation.${key}`)?.[1].schema['default'];
  const [server] = (await policyOf({ jwt_validation: { introspectEndpoint: 'https://idp.example/i' } })).servers;
  expect(server?.tokenRules?.source).toMatchObject({
    contentType: stated('introspectContentType'),
    cacheMaxAgeSeconds: stated('introspectCacheMaxAge'),
  });
});

/** Each named by its own words in the texts, because it is no single value. */
test('what the texts say in words holds, too', async () => {
  const identity = async (method: string): Promise<string | undefined> =>
    (await policyOf({ user_identity_forwarding: { method } })).servers[0]?.identity?.headerName;
  const describing = (name: string): unknown =>
    placesOf().find((place) => nameOf(place) === name)?.schema['description'];
  const names = await Promise.all(['claims_header', 'bearer', 'jwt_header'].map(identity));
  expect(describing('user_identity_forwarding.header_name')).toContain(
    `\`${names[0]}\`, \`${names[1]}\` or \`${names[2]}\``,
  );
  const provider = async (more: object): Promise<string | undefined> =>
    (await policyOf({ external_auth_config: { issuer: 'https://idp.example', client_id: 'a', ...more } })).servers[0]
      ?.identityProvider?.tokenEndpointAuthMethod;
  const [bare, secret] = [await provider({}), await provider({ client_secret: 'b' })];
  expect(describing('external_auth_config.token_endpoint_auth_method')).toContain(
    `Default: \`${bare}\`; with a \`client_secret\`, \`${secret}\`.`,
  );
});

async function meaningOf(document: unknown): Promise<GatewayPolicy> {
  return policyOf(document, { resolveReferences: false });
}
