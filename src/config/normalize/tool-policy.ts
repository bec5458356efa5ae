// `tools` and `tool_authorization` → ToolPolicy (spec: config, "Server entry"). Neither restricts anything by default.
import type { ToolPolicy } from '../../policy/model.js';
import { toolGlob } from '../../policy/tool-glob.js';
import type { Patterns } from '../claim-patterns.js';
import type { RemoteServer } from '../schema.js';
import { claimRulesOf } from './claim-rule.js';

export interface ToolPolicyOptions {
  readonly tools: RemoteServer['tools'];
  readonly authorization: RemoteServer['tool_authorization'];
  readonly patterns: Patterns;
}

export function toolPolicy({ tools, authorization, patterns }: ToolPolicyOptions): ToolPolicy {
  return {
    allowed: tools?.allowed?.map(toolGlob),
    blocked: (tools?.blocked ?? []).map(toolGlob),
    authorization: Object.entries(authorization ?? {}).map(([glob, entry]) => ({
      glob: toolGlob(glob),
      rules: claimRulesOf(entry.required_claims, patterns),
    })),
  };
}
