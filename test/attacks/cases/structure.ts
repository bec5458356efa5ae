// What is no compact JWS: encrypted, nested, serialised otherwise, in too few or too many parts, far too large; and
// header members that change what a token is (`crit`, `b64`, `enc`, `cty`, `typ`).
import { FOREIGN_PROFILES, encodePart, signatureOf, signToken } from '../../support/jwt.js';
import { collected, each, rsa, type Attack, type Attacks, type Stage } from '../stage.js';

const KIB = 1024;

export const structures = (stage: Stage): Attacks => {
  const { good, parts } = stage;
  const [first, second, third] = parts;
  const malformed = (token: string): Attack => ({ reason: 'MALFORMED', token });
  const large = (token: string): Attack => ({ reason: 'TOKEN_TOO_LARGE', token });
  return collected([
    ['one part', malformed(first)],
    ['two parts', malformed(`${first}.${second}`)],
    ['four parts', malformed(`${good}.${third}`)],
    ['five parts (JWE)', malformed(`${encodePart({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.AAAA.AAAA.${second}.${third}`)],
    ['six parts', malformed(`${good}.${good}`)],
    ['an empty header', malformed(`.${second}.${third}`)],
    ['an empty payload', malformed(`${first}..${third}`)],
    ['an empty signature', malformed(`${first}.${second}.`)],
    ['dots alone', malformed('..')],
    ['a dot', malformed('.')],
    ['a word', malformed('undefined')],
    ['many dots', malformed('.'.repeat(60 * KIB))],
    [
      'flattened JSON serialisation',
      malformed(JSON.stringify({ payload: second, protected: first, signature: third })),
    ],
    [
      'general JSON serialisation',
      malformed(JSON.stringify({ payload: second, signatures: [{ protected: first, signature: third }] })),
    ],
    ['flattened JSON in a part', malformed(`${first}.${encodePart('{')}.${third}`)],
    ['a token in a token', malformed(signToken({ header: { ...stage.header, cty: 'JWT' }, payload: good }, rsa))],
    ['a token in a token, without cty', malformed(stage.withPayloadText(good))],
    ['detached content', malformed(`${first}..${third}`.replace('..', '. .'))],
    ['a payload that is not encoded', unencoded(stage)],
    ['a good token and a comma', malformed(`${good},`)],
    ['two good tokens', malformed(`${good} ${good}`)],
    ['a token as long as is read, with a bad signature', asLongAsIsRead(stage)],
    ['64 KiB and a character', large('a'.repeat(64 * KIB + 1))],
    ['a good token over 64 KiB', large(stage.withClaims({ note: 'x'.repeat(64 * KIB) }))],
    ['10 MiB', large('a'.repeat(10 * KIB * KIB))],
    ['10 MiB of dots', large('.'.repeat(10 * KIB * KIB))],
    ['10 MiB in a good frame', large(`${first}.${'A'.repeat(10 * KIB * KIB)}.${third}`)],
    ['10 MiB of an opening brace', large(`${encodePart('{'.repeat(8 * KIB * KIB))}.AAAA.AAAA`)],
  ]);
};

function unencoded(stage: Stage): Attack {
  const input = `${encodePart({ ...stage.header, b64: false, crit: ['b64'] })}.{}`;
  return { reason: 'MALFORMED', token: `${input}.${signatureOf(input, rsa).toString('base64url')}` };
}

/** 64 KiB to the character. */
function asLongAsIsRead(stage: Stage): Attack {
  const frame = stage.withPayloadText(stage.json).split('.');
  const room = 64 * KIB - (frame[0] ?? '').length - (frame[2] ?? '').length - 2;
  const bytes = Math.floor(room / 4) * 3;
  const note = 'x'.repeat(bytes - stage.json.length - ',"note":""'.length);
  const payload = encodePart(`${stage.json.slice(0, -1)},"note":"${note}"}`);
  return { reason: 'BAD_SIGNATURE', token: `${frame[0]}.${payload}.${frame[2]}` };
}

const CRITS: readonly unknown[] = [['x'], ['b64'], ['alg'], ['exp'], [], null, 'b64', 1, true, {}, [['b64']]];
const B64S: readonly unknown[] = [false, 'true', 'false', 0, 1, null, [], {}];
const CONTENT_TYPES: readonly unknown[] = [
  'JWT',
  'jwt',
  'application/jwt',
  'Application/JWT',
  'at+jwt',
  null,
  ['JWT'],
  1,
];
const OTHER_TYPES: readonly unknown[] = [
  '',
  'JWT ',
  ' JWT',
  'JWS',
  'JOSE',
  'JOSE+JSON',
  'JWE',
  'text/jwt',
  'JWT;x=1',
  'jwt+jwt',
  'x/at+jwt',
  'application/application/jwt',
  'application/',
  'at+jw\u0442',
  'vc+sd-jwt',
  'refresh+jwt',
  'id_token',
  null,
  1,
  true,
  ['JWT'],
  {},
];

export const headerMembers = (stage: Stage): Attacks => {
  const refused = (changes: object, reason: string): Attack => ({ reason, token: stage.withHeader(changes) });
  return collected(
    each(
      CRITS,
      (crit) => `crit ${JSON.stringify(crit)}`,
      (crit) => refused({ crit, x: 1, b64: true }, 'UNSUPPORTED_HEADER'),
    ),
    each(
      B64S,
      (b64) => `b64 ${JSON.stringify(b64)}`,
      (b64) => refused({ b64 }, 'UNSUPPORTED_HEADER'),
    ),
    each(
      CONTENT_TYPES,
      (cty) => `cty ${JSON.stringify(cty)}`,
      (cty) => refused({ cty }, 'UNSUPPORTED_HEADER'),
    ),
    each(
      ['A256GCM', '', null],
      (enc) => `enc ${JSON.stringify(enc)}`,
      (enc) => refused({ enc }, 'UNSUPPORTED_HEADER'),
    ),
    each(
      FOREIGN_PROFILES.flatMap((profile) => [profile, `application/${profile}`, profile.toUpperCase()]),
      (typ) => `a token of the profile ${typ}`,
      (typ) => refused({ typ }, 'WRONG_TYPE'),
    ),
    each(
      OTHER_TYPES,
      (typ) => `typ ${JSON.stringify(typ)}`,
      (typ) => refused({ typ }, 'WRONG_TYPE'),
    ),
    each(
      ['JWT', undefined, 'at+jwt ', 'application/jwt', 'logout+jwt'],
      (typ) => `typ ${JSON.stringify(typ)} where at+jwt is required`,
      (typ) => ({ ...refused({ typ }, 'WRONG_TYPE'), config: { typ: 'at+jwt' } }),
    ),
    [
      [
        'a foreign profile that the configuration names all the same',
        { ...refused({ typ: 'logout+jwt' }, 'WRONG_TYPE'), config: { typ: 'logout+jwt' } },
      ],
    ],
  );
};
