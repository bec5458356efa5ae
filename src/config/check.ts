// Text → GatewayPolicy and everything that is wrong with it: the one entry to the configuration. All problems of a
// document come out of one run. What only matters when there is something to report is loaded only then.
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { Host } from '../host.js';
import type { GatewayPolicy } from '../policy/model.js';
import { compilePatterns } from './claim-patterns.js';
import { contradictions } from './contradictions.js';
import { layoutOf, type Layout } from './document-kinds.js';
import type { LintFinding } from './lint.js';
import { normalize } from './normalize.js';
import { parseConfig } from './parse.js';
import { pointerOf, type Path } from './path.js';
import { memberOf, membersOf } from './raw-value.js';
import { resolveDocument } from './references.js';
import { schemaIssues } from './schema.js';

export interface CheckOptions {
  readonly host: Pick<Host, 'env' | 'files' | 'keychain'>;
  /** The file as the user named it, for diagnostics. */
  readonly file: string;
  readonly text: string;
  /** Absolute directory that `${file:…}` references are relative to. */
  readonly directory: string;
  /** False: secret references are checked for form alone and stay masked placeholders. */
  readonly resolveReferences: boolean;
  /** Only references within members of these names are looked up, others are as with false. Default: all. */
  readonly resolveWithin?: readonly string[] | undefined;
  /** False for a configuration that was only found in the working directory: it may use no reference. */
  readonly trusted: boolean;
  /** Whether all lint rules run, too. Without, those run that the configuration turns into errors. */
  readonly lint: boolean;
  /** Whether users of this machine other than the owner can read the file; asked when rules run. Default: no. */
  readonly isReadableByOthers?: () => Promise<boolean>;
  /** The same of a private key, by the path that the document has; asked when rules run. Default: no. */
  readonly isKeyReadableByOthers?: (file: string) => Promise<boolean>;
  /** Whether a key that signs identities is at hand, outside the document. */
  readonly hasSigningKey?: () => Promise<boolean>;
}

export interface CheckedConfig {
  /** Undefined exactly when there are errors. */
  readonly policy: GatewayPolicy | undefined;
  /** In reading order. */
  readonly diagnostics: readonly Diagnostic[];
  /** The document behind the policy, for those who look closer; undefined when there is no policy. */
  readonly source: ConfigSource | undefined;
}

/** A document without errors: its settings, references resolved, and where they stand. */
export interface ConfigSource {
  readonly layout: Layout;
  /** Whether the value at a place came from a secret reference. */
  readonly isReference: (path: Path) => boolean;
  /** Whether that reference has no value here (`--no-resolve`): the text is then the file's own. */
  readonly isUndetermined: (path: Path) => boolean;
  /** Further findings about the document as diagnostics, in reading order. */
  readonly diagnosticsOf: (findings: readonly LintFinding[]) => Promise<readonly Diagnostic[]>;
}

export async function checkConfig(options: CheckOptions): Promise<CheckedConfig> {
  const { file, trusted } = options;
  const parsed = parseConfig(options.text);
  if (!parsed.isWhole) {
    const { syntaxDiagnostics } = await import('./report.js');
    return { policy: undefined, diagnostics: syntaxDiagnostics(parsed, file), source: undefined };
  }
  const resolved = await resolveDocument(parsed.value, options);
  const isReference = (path: Path): boolean => resolved.references.has(pointerOf(path));
  const layout = layoutOf(resolved.value);
  const issues = schemaIssues(layout.kind, resolved.value);
  const { patterns, findings: patternFindings } = await compilePatterns({
    sections: layout.sections,
    references: resolved.references,
  });
  const errors = [
    ...parsed.duplicates,
    ...resolved.findings,
    ...contradictions({ layout, trusted, isReference }),
    ...[
      ...patternFindings,
      ...(issues.length === 0
        ? []
        : (await import('./issues.js')).findingsOf(issues, {
            document: resolved.value,
            references: resolved.references,
          })),
    ].filter(
      // Whatever a reference stands for is a text, so a wrong type is wrong without its value.
      ({ code, path, part }) => part === 'key' || code === 'MCPGW102' || !resolved.undetermined.has(pointerOf(path)),
    ),
  ];
  const isUndetermined = (path: Path): boolean => resolved.undetermined.has(pointerOf(path));
  const lint = options.lint || raisesRule(layout) ? await import('./lint.js') : undefined;
  const warnings =
    lint?.lintFindings({
      layout,
      isReference,
      isUndetermined,
      defaults: resolved.defaults,
      patterns,
      readableByOthers: (await options.isReadableByOthers?.()) ?? false,
      exposedKeys: await exposedKeys(layout, options),
      // Asked only where something is to be signed: it means a look into files.
      hasSigningKey: !parsed.text.includes('jwt_header') || ((await options.hasSigningKey?.()) ?? true),
    }) ?? [];
  const found =
    errors.length + warnings.length + parsed.syntax.length === 0 && !(lint !== undefined && hasSilencer(parsed.text))
      ? []
      : (await import('./report.js')).diagnosticsOf({
          parsed,
          file,
          errors,
          warnings,
          useless: lint?.levelOfUselessSilencers(layout),
          resolved: options.resolveReferences,
        });
  const diagnostics = options.lint ? found : found.filter(({ severity }) => severity === 'error');
  if (hasErrors(diagnostics)) return { policy: undefined, diagnostics, source: undefined };
  return {
    policy: normalize({ layout, patterns, isReference }),
    diagnostics,
    source: {
      layout,
      isReference,
      isUndetermined,
      diagnosticsOf: async (further) =>
        (await import('./report.js')).diagnosticsOf({
          parsed,
          file,
          errors: [],
          warnings: further,
          useless: undefined,
          resolved: options.resolveReferences,
        }),
    },
  };
}

/** Pointers of the paths. */
async function exposedKeys(
  { sections }: Layout,
  { isKeyReadableByOthers: isExposed }: CheckOptions,
): Promise<ReadonlySet<string>> {
  const exposed = new Set<string>();
  for (const { path, value } of sections) {
    const file = memberOf(memberOf(value, 'tls'), 'key');
    if (typeof file !== 'string' || isExposed === undefined) continue;
    if (await isExposed(file)) exposed.add(pointerOf([...path, 'tls', 'key']));
  }
  return exposed;
}

/** As silencers.ts asks, which is only loaded for a text that has one. */
function hasSilencer(text: string): boolean {
  return text.includes('mcpgw-disable');
}

/** What a configuration calls an error is one for every command, not for `validate` alone. */
function raisesRule({ top }: Layout): boolean {
  return membersOf(memberOf(top.value, 'lint')).some(([, level]) => level === 'error');
}
