// `jwt_validation` with its defaults, and every claim rule with a list of values and its way of matching.
import type { TokenRules } from '../../policy/model.js';
import { claimText } from '../claim-patterns.js';
import type { Setting } from '../document-kinds.js';
import { isForeign } from '../foreign-keys.js';
import { emptyObject, memberOf, membersOf, type RawObject } from '../raw-value.js';
import type { Path } from '../path.js';
import { freeKey, type Masking } from './masking.js';
import { withDefaults } from './with-defaults.js';

export interface JwtValidationViewOptions {
  readonly setting: Setting;
  readonly rules: TokenRules;
  readonly masking: Masking;
}

export function jwtValidationView({ setting, rules, masking }: JwtValidationViewOptions): RawObject {
  const { source } = rules;
  const view = emptyObject();
  for (const [key, value] of membersOf(setting.value)) {
    const path = [...setting.path, key];
    if (isForeign(setting.path, key)) continue;
    view[key] = key === 'claimValues' ? claimRulesView(value, { path, rules, masking }) : masking.shown(value, path);
  }
  return withDefaults(view, {
    cacheMaxAge: source.kind === 'jwksUri' ? source.cacheMaxAgeSeconds : undefined,
    introspectContentType: source.kind === 'introspection' ? source.contentType : undefined,
    introspectCacheMaxAge: source.kind === 'introspection' ? source.cacheMaxAgeSeconds : undefined,
    algorithms: rules.algorithms,
    headerKey: rules.headerKey,
    clockTolerance: rules.clockToleranceSeconds,
    requireExp: rules.requireExp,
  });
}

interface ClaimRulesView {
  readonly path: Path;
  readonly rules: TokenRules;
  readonly masking: Masking;
}

function claimRulesView(claimValues: unknown, { path, rules, masking }: ClaimRulesView): RawObject {
  const view = emptyObject();
  for (const [claim, rule] of membersOf(claimValues)) {
    const at = [...path, claim];
    const given = memberOf(rule, 'matchType');
    const matchType =
      given === undefined
        ? rules.claimRules.find((candidate) => candidate.claim === claim)?.matchType
        : masking.shown(given, [...at, 'matchType']);
    view[freeKey(claim, view)] = {
      values: valuesView(memberOf(rule, 'values'), [...at, 'values'], masking),
      matchType,
    };
  }
  return view;
}

/** As the texts that claims are compared with. */
function valuesView(values: unknown, path: Path, masking: Masking): readonly unknown[] {
  const shown = (value: unknown, at: Path): unknown => masking.shown(claimText(value), at);
  return Array.isArray(values) ? values.map((value, index) => shown(value, [...path, index])) : [shown(values, path)];
}
