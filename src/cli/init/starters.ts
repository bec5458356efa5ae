// Every starter, and finding one by the name that a person gave.
import { nearest } from '../../config/suggest.js';
import { McpgwError } from '../../errors.js';
import { auth0 } from './idps/auth0.js';
import { cognito } from './idps/cognito.js';
import { descope } from './idps/descope.js';
import { entra } from './idps/entra.js';
import { generic } from './idps/generic.js';
import { google } from './idps/google.js';
import { keycloak } from './idps/keycloak.js';
import { okta } from './idps/okta.js';
import type { Starter } from './starter.js';

export const STARTERS: readonly Starter[] = [okta, auth0, entra, cognito, descope, keycloak, google, generic];

const NAMES = STARTERS.map(({ name }) => name);

/** @throws McpgwError USAGE */
export function starterFor(text: string): Starter {
  const starter = starterNamed(text);
  if (starter === undefined) throw unknownStarter(text);
  return starter;
}

export function starterNamed(text: string): Starter | undefined {
  const word = text.trim().toLowerCase();
  return STARTERS.find(({ name }) => name === word);
}

/** What is said of a name that no starter has. */
export function unknownStarter(text: string): McpgwError {
  const name = nearest(text.trim(), NAMES);
  const known = `--idp takes ${NAMES.join(', ')}`;
  return new McpgwError('USAGE', 'there is no starter for this identity provider', {
    hint: name === undefined ? `${known}; generic is for every other one` : `did you mean ${name}? ${known}`,
    details: { known: NAMES },
  });
}

/** What is said when nobody named one and nobody can be asked. */
export function noStarter(): McpgwError {
  return new McpgwError('USAGE', 'no identity provider was named', {
    hint: `--idp takes ${NAMES.join(', ')}`,
    details: { known: NAMES },
  });
}
