// Which texts belong to which object of the schema, and the rules that hold between its keys: those of schema/ and
// contradictions.ts, as far as JSON Schema can say them. INVARIANT: never stricter than those.
import type * as z from 'zod/mini';
import { DOCUMENTS, lint, portkeyConfigurations, portkeyDetails, remoteServer, ruleLevel } from '../schema.js';
import { claimRule, claimRules } from '../schema/claim-rule.js';
import { forwardMode, headerFields, rename } from '../schema/headers.js';
import { identityForwarding } from '../schema/identity.js';
import { jwkSet, publicJwk } from '../schema/jwk.js';
import { jwtValidation } from '../schema/jwt-validation.js';
import { assertionKey, externalAuth, oauthMetadata } from '../schema/login.js';
import { headerCommand, tls, toolRule, tools } from '../schema/server.js';
import { sharedKeysOf, shapeOf, type Atlas, type Definition, type Section } from './atlas.js';
import {
  clientPair,
  clientRules,
  entryRules,
  exactTakesOneValue,
  standaloneRules,
  tokenRules,
} from './between-keys.js';
import { jwkMembers, jwkRules, keyListRules } from './jwk-rules.js';
import { claimRuleTexts } from './texts/claim-rule.js';
import { configurationsTexts, documentTexts, portkeyDetailsTexts } from './texts/forms.js';
import { forwardModeTexts, renameTexts } from './texts/forward-headers.js';
import { identityTexts } from './texts/identity.js';
import { assertionKeyTexts, jwkSetTexts, publicJwkTexts } from './texts/jwk.js';
import { jwtValidationTexts } from './texts/jwt-validation.js';
import { lintTexts, ruleLevelTexts } from './texts/lint.js';
import { externalAuthTexts, oauthMetadataTexts } from './texts/login.js';
import { serverTexts } from './texts/server.js';
import { headerCommandTexts, tlsTexts, toolRuleTexts, toolsTexts } from './texts/tools.js';

const NOT_EMPTY = { minItems: 1 };

const SECTIONS: readonly (readonly [z.core.$ZodType, Section])[] = [
  [remoteServer, { texts: serverTexts, between: entryRules }],
  [forwardMode, { texts: forwardModeTexts }],
  [rename, { texts: renameTexts }],
  [jwtValidation, { texts: jwtValidationTexts, members: { algorithms: NOT_EMPTY }, between: tokenRules }],
  [claimRule, { texts: claimRuleTexts, members: { values: NOT_EMPTY }, between: exactTakesOneValue }],
  [jwkSet, { texts: jwkSetTexts, members: { keys: keyListRules } }],
  [publicJwk, { texts: publicJwkTexts, members: jwkMembers, between: jwkRules }],
  [identityForwarding, { texts: identityTexts }],
  [externalAuth, { texts: externalAuthTexts, between: clientRules }],
  [oauthMetadata, { texts: oauthMetadataTexts, between: clientRules }],
  [assertionKey, { texts: assertionKeyTexts }],
  [tools, { texts: toolsTexts, members: { allowed: NOT_EMPTY } }],
  [toolRule, { texts: toolRuleTexts }],
  [headerCommand, { texts: headerCommandTexts, members: { command: NOT_EMPTY } }],
  [tls, { texts: tlsTexts, between: clientPair }],
  [lint, { texts: lintTexts }],
  [portkeyDetails, { texts: portkeyDetailsTexts }],
  [portkeyConfigurations, { texts: configurationsTexts, between: standaloneRules }],
];

export const ATLAS: Atlas = {
  sections: new Map(SECTIONS),
  definitions: new Map<z.core.$ZodType, Definition>([
    [headerFields, { name: 'header-fields' }],
    [claimRules, { name: 'claim-rules' }],
    [ruleLevel, { name: 'rule-level', title: 'level', values: ruleLevelTexts }],
  ]),
  sharedKeys: sharedKeysOf([
    [{ ...shapeOf(DOCUMENTS.gateway), ...shapeOf(DOCUMENTS.portkey) }, documentTexts],
    ...SECTIONS.map(([schema, { texts }]) => [shapeOf(schema), texts] as const),
  ]),
};
