// Claims that look like what is asked for and are not it: names of Object.prototype, nested values, other letters that
// look the same, scopes; and texts that make a backtracking engine run for years.
import { signToken } from '../../support/jwt.js';
import { collected, each, rsa, type Attack, type Attacks, type Stage } from '../stage.js';

const PROTOTYPE_NAMES = [
  'toString',
  'constructor',
  'hasOwnProperty',
  '__proto__',
  'valueOf',
  '__defineGetter__',
  'isPrototypeOf',
  'length',
  'name',
  'prototype',
];

/** The value of a claim, and the exact value that a rule asks for. */
const LOOK_ALIKES: readonly (readonly [string, unknown, string])[] = [
  ['a trailing slash', 'https://idp.example.com/', 'https://idp.example.com'],
  ['a missing slash', 'https://idp.example.com', 'https://idp.example.com/'],
  ['another case', 'Admin', 'admin'],
  ['a default port', 'https://idp.example.com:443', 'https://idp.example.com'],
  ['http', 'http://idp.example.com', 'https://idp.example.com'],
  ['a longer host', 'https://idp.example.com.evil.example', 'https://idp.example.com'],
  ['user information', 'https://idp.example.com@evil.example', 'https://idp.example.com'],
  ['a percent-encoded letter', 'https://idp.ex%61mple.com', 'https://idp.example.com'],
  ['a Cyrillic letter', '\u0430dmin', 'admin'],
  ['a fullwidth letter', '\uff41dmin', 'admin'],
  ['a letter with a dot', 'adm\u0131n', 'admin'],
  ['a ligature', '\ufb01nance', 'finance'],
  ['a composed letter', 'caf\u00e9', 'cafe\u0301'],
  ['a decomposed letter', 'cafe\u0301', 'caf\u00e9'],
  ['a zero-width space', 'ad\u200bmin', 'admin'],
  ['a soft hyphen', 'ad\u00admin', 'admin'],
  ['a right-to-left mark', '\u200fadmin', 'admin'],
  ['a NUL', 'admin\u0000', 'admin'],
  ['a NUL and more', 'admin\u0000.evil', 'admin'],
  ['a space in front', ' admin', 'admin'],
  ['a line break', 'admin\n', 'admin'],
  ['a no-break space', 'admin\u00a0', 'admin'],
  ['a Kelvin sign', '\u212aey', 'Key'],
  ['a sharp s', 'stra\u00dfe', 'strasse'],
  ['a list of two', ['admin', 'user'], 'admin'],
  ['a list of two alike', ['admin', 'admin'], 'admin'],
  ['a list with null', ['admin', null], 'admin'],
  ['a nested list', [['admin']], 'admin'],
  ['an empty list', [], 'admin'],
  ['an object', { admin: true }, 'admin'],
  ['an object that prints itself', { toString: 'admin' }, 'admin'],
  ['an object under its text', { a: 1 }, '[object Object]'],
  ['null under its text', null, 'null'],
  ['a list under its text', ['a', 'b'], 'a,b'],
  ['a number beyond 2^53', 2 ** 53 + 2, '9007199254740994'],
  ['a number beyond 2^53 as it is printed', 2 ** 53, '9007199254740992'],
  ['a number in other digits', 1, '1.0'],
  ['true as a number', 1, 'true'],
  ['false as nothing', false, ''],
];

const NO_ELEMENTS: readonly (readonly [string, unknown])[] = [
  ['a part of an element', ['administrator']],
  ['an element with more behind', 'admin,user'],
  ['elements in one text', 'user admin'],
  ['a nested list', [['admin']]],
  ['a name of an object', { admin: 'admin' }],
  ['an object in a list', [{ role: 'admin' }]],
  ['another case', ['ADMIN']],
  ['an empty list', []],
  ['an empty text', ''],
  ['null', null],
  ['a list with null', [null]],
];

/** Scopes that do not hold `admin`. */
const SCOPES: readonly unknown[] = [
  'administer',
  'admin:read',
  'read,admin',
  'read\tadmin',
  'read\nadmin',
  'read\u00a0admin',
  'read;admin',
  '',
  ['read admin'],
  { admin: true },
  null,
  [['admin']],
];

/** A pattern, and values that it must not match. */
const PATTERNS: readonly (readonly [string, string, unknown])[] = [
  ['a line break at the end', '^admin$', 'admin\n'],
  ['another line', '^admin$', 'user\nadmin'],
  ['another script', '^[a-z]+$', '\u0430\u0431\u0432'],
  ['another case', '^admin$', 'ADMIN'],
  ['an object', '.*', { a: 1 }],
  ['null', '.*', null],
  ['a nested list', '.*', [['a']]],
  ['a number beyond 2^53', '.*', 2 ** 53 + 2],
  ['an element over 4 KiB', 'a', 'a'.repeat(4097)],
  ['an element over 4 KiB in bytes', '\u20ac', '\u20ac'.repeat(1366)],
  ['nested quantifiers', '^(a+)+$', `${'a'.repeat(4000)}!`],
  ['quantifiers side by side', '^(x+x+)+y$', 'x'.repeat(4000)],
  ['overlapping alternatives', '^(a|aa)+$', `${'a'.repeat(4000)}b`],
  ['an address without an end', '^([a-zA-Z0-9._-]+)*@example\\.com$', 'a.'.repeat(2000)],
  ['optional letters', `^${'a?'.repeat(60)}${'a'.repeat(60)}$`, 'a'.repeat(59)],
  ['counted repetition', '^(.{1,50}){20}$', 'ab'.repeat(2000)],
  ['many elements', '^(a+)+$', Array.from({ length: 2000 }, () => `${'a'.repeat(20)}!`)],
];

export const claims = (stage: Stage): Attacks => {
  const withClaim = (name: string, value: unknown): string =>
    stage.withPayloadText(`${stage.json.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  const missing = (config: object, token = stage.good): Attack => ({
    reason: 'MISSING_CLAIM',
    token,
    config: { ...config },
  });
  const mismatch = (token: string, rules: object): Attack => ({
    reason: 'CLAIM_MISMATCH',
    token,
    config: { claimValues: rules },
  });
  return collected(
    each(
      PROTOTYPE_NAMES,
      (name) => `${name} as a required claim`,
      (name) => missing({ requiredClaims: [name] }),
    ),
    each(
      PROTOTYPE_NAMES,
      (name) => `a rule for ${name}`,
      (name) => mismatch(stage.good, Object.fromEntries([[name, { values: '.*', matchType: 'regex' }]])),
    ),
    [
      ['null as a required claim', missing({ requiredClaims: ['role'] }, withClaim('role', null))],
      ['a required claim in another case', missing({ requiredClaims: ['role'] }, withClaim('Role', 'x'))],
      ['a required claim with a space', missing({ requiredClaims: ['role'] }, withClaim('role ', 'x'))],
      ['a dotted name as a path', missing({ requiredClaims: ['realm.role'] }, withClaim('realm', { role: 'x' }))],
      [
        'claims smuggled in through __proto__',
        missing({ requiredClaims: ['role'] }, withClaim('__proto__', { role: 'x' })),
      ],
      [
        'claims smuggled in through constructor',
        missing({ requiredClaims: ['role'] }, withClaim('constructor', { prototype: { role: 'x' } })),
      ],
      [
        'a rule satisfied through __proto__',
        mismatch(withClaim('__proto__', { role: 'admin' }), { role: { values: 'admin' } }),
      ],
    ],
    each(
      LOOK_ALIKES,
      ([what, , wanted]) => `exact: ${what}, where ${JSON.stringify(wanted)} is asked for`,
      ([, value, wanted]) => mismatch(withClaim('role', value), { role: { values: wanted } }),
    ),
    ['contains', 'containsAll'].flatMap((matchType) =>
      each(
        NO_ELEMENTS,
        ([what]) => `${matchType}: ${what}`,
        ([, value]) => mismatch(withClaim('role', value), { role: { values: ['admin'], matchType } }),
      ),
    ),
    [
      [
        'containsAll: one of two',
        mismatch(withClaim('role', ['a']), { role: { values: ['a', 'b'], matchType: 'containsAll' } }),
      ],
      [
        'a scope in a claim of another case',
        mismatch(withClaim('Scope', 'read admin'), { Scope: { values: ['admin'], matchType: 'contains' } }),
      ],
      ['exact: one of two scopes', mismatch(withClaim('scope', 'read admin'), { scope: { values: 'admin' } })],
    ],
    ['scope', 'scp'].flatMap((name) =>
      each(
        SCOPES,
        (value) => `${name} ${JSON.stringify(value)}`,
        (value) => mismatch(withClaim(name, value), { [name]: { values: ['admin'], matchType: 'contains' } }),
      ),
    ),
    each(
      PATTERNS,
      ([what, pattern]) => `regex ${pattern.slice(0, 20)}: ${what}`,
      ([, values, value]) => mismatch(withClaim('role', value), { role: { values, matchType: 'regex' } }),
    ),
    each(
      [
        ['another value', 'a', 'b'],
        ['a number for a text', 1, '1'],
        ['a deeper difference', { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }],
        ['another order of a list', [1, 2], [2, 1]],
        ['a member more', { a: 1 }, { a: 1, b: 2 }],
        ['null for nothing', null, ''],
        ['a list for an object', [], {}],
        ['false for null', false, null],
      ] as const,
      ([what]) => `header and payload differ: ${what}`,
      ([, inHeader, inPayload]) => ({
        reason: 'HEADER_MISMATCH',
        token: signToken(
          { header: { ...stage.header, tenant: inHeader }, payload: { ...stage.claims, tenant: inPayload } },
          rsa,
        ),
        config: { headerPayloadMatch: ['tenant'] },
      }),
    ),
  );
};
