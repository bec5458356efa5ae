// `private_key_jwt`: the client proves who it is by a JWT that its own key signs (RFC 7523 section 2.2, OpenID Connect
// Core section 9). Reads the key; the signing is openid-client's.
import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { importJWK, importPKCS8, type CryptoKey, type JWK } from 'jose';
import * as openid from 'openid-client';
import { McpgwError } from '../errors.js';
import type { AuthorizationServer } from '../policy/model.js';

/** @throws McpgwError INVALID_CONFIG without a key, or with one that is none or does not fit its algorithm */
export async function privateKeyJwt(
  { clientAssertion }: AuthorizationServer,
  tokenEndpoint: string | undefined,
): Promise<openid.ClientAuth> {
  if (clientAssertion === undefined) throw invalid('has private_key_jwt and no client_assertion_key', undefined);
  const { key, alg, kid } = clientAssertion;
  const jwk = readJwk(key.reveal());
  const signing = await importedKey(jwk ?? key.reveal(), alg ?? jwk?.alg);
  const named = kid ?? jwk?.kid;
  return openid.PrivateKeyJwt(
    { key: signing, ...(named !== undefined && { kid: named }) },
    // Without a known issuer the server's name is not one: what it does know is its own address.
    tokenEndpoint === undefined
      ? undefined
      : { [openid.modifyAssertion]: (_header, payload) => void (payload['aud'] = tokenEndpoint) },
  );
}

function readJwk(text: string): JWK | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as JWK; // its members are judged by whoever imports it
  } catch (error) {
    throw invalid('has a client_assertion_key that is neither PEM nor a JWK', error);
  }
}

async function importedKey(key: JWK | string, alg: string | undefined): Promise<CryptoKey> {
  try {
    const object =
      typeof key === 'string'
        ? // PKCS#1 and SEC 1 as well as PKCS#8; line breaks as environment variables have them.
          createPrivateKey(key.replaceAll('\\n', '\n'))
        : createPrivateKey({ key: key as JsonWebKey, format: 'jwk' });
    if ((object.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS) throw new Error('a short key');
    const algorithm = alg ?? usualAlgorithm(object);
    const imported =
      typeof key === 'string'
        ? await importPKCS8(String(object.export({ format: 'pem', type: 'pkcs8' })), algorithm)
        : await importJWK(key, algorithm);
    if (imported instanceof Uint8Array) throw new Error('a symmetric key');
    return imported;
  } catch (error) {
    const what = alg === undefined ? 'is no private key' : `is no private key for ${JSON.stringify(alg)}`;
    throw invalid(
      `has a client_assertion_key that ${what}: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519, not encrypted`,
      error,
    );
  }
}

const MIN_RSA_BITS = 2048;

const USUAL: Readonly<Record<string, string>> = {
  rsa: 'RS256',
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
  ed25519: 'EdDSA',
};

function usualAlgorithm({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: ReturnType<typeof createPrivateKey>) {
  const algorithm = USUAL[(type === 'ec' ? details?.namedCurve : type) ?? ''];
  if (algorithm === undefined) throw new Error('another kind of key');
  return algorithm;
}

/** The library's words may hold pieces of the key. */
function invalid(what: string, error: unknown): McpgwError {
  const cause = error instanceof Error ? new Error(error.name) : undefined;
  return new McpgwError('INVALID_CONFIG', `the configuration ${what}`, cause && { cause });
}
