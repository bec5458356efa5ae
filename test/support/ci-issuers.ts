// What stands for GitHub and GitLab as issuers of tokens: a server each on this machine with the keys, and tokens for
// now, as a job of the examples of CI gets them.
import { randomUUID } from 'node:crypto';
import { generateKey, signToken } from './jwt.js';
import { json, startLoopbackHttp, type Answer, type LoopbackHttp } from './loopback-http.js';

/** What a token says of its job, as far as anybody looks at it here. */
const CLAIMS = {
  github: {
    sub: 'repo:example-org/deploy:ref:refs/heads/main',
    repository: 'example-org/deploy',
    repository_owner: 'example-org',
    repository_owner_id: '1234567',
    ref_protected: 'true',
  },
  gitlab: {
    sub: 'project_path:example-group/deploy:ref_type:branch:ref:main',
    project_path: 'example-group/deploy',
    project_id: '7654321',
    namespace_path: 'example-group',
    ref_protected: 'true',
  },
} as const;

export type CiIssuer = keyof typeof CLAIMS;

export interface CiIssuers {
  /** A policy, with these issuers in place of the real ones. */
  readonly hosted: (policy: string) => string;
  /** Claims that are undefined are left out. */
  readonly mint: (issuer: CiIssuer, token: { readonly audience: string; readonly claims?: object }) => string;
  /** Every token that was made. */
  readonly minted: readonly string[];
  /** From now on the keys are answered like this: as often as that, and then as usual. */
  readonly keysFail: (issuer: CiIssuer, answer: Answer, times: number) => void;
  readonly close: () => Promise<void>;
}

const key = generateKey('RS256', 'ci');
const KEYS = json({ keys: [key.jwk] });

export async function startCiIssuers(): Promise<CiIssuers> {
  const servers: Readonly<Record<CiIssuer, LoopbackHttp>> = {
    github: await startLoopbackHttp(KEYS),
    gitlab: await startLoopbackHttp(KEYS),
  };
  const minted: string[] = [];
  return {
    minted,
    hosted: (policy) =>
      policy
        .replaceAll('https://token.actions.githubusercontent.com', servers.github.origin)
        .replaceAll('https://gitlab.com', servers.gitlab.origin),
    mint: (issuer, { audience, claims = {} }) => {
      const now = Math.floor(Date.now() / 1000);
      const times = { iat: now, nbf: now, exp: now + 300 };
      const usual = { iss: servers[issuer].origin, aud: audience, jti: randomUUID(), ...times, ...CLAIMS[issuer] };
      const header = { alg: key.alg, typ: 'JWT', kid: key.jwk['kid'] };
      const token = signToken({ header, payload: { ...usual, ...claims } }, key);
      minted.push(token);
      return token;
    },
    keysFail: (issuer, answer, times) => {
      let left = times;
      servers[issuer].answerWith((request, response) => {
        left -= 1;
        return left < 0 ? KEYS(request, response) : answer(request, response);
      });
    },
    close: async () => {
      await servers.github.close();
      await servers.gitlab.close();
    },
  };
}
