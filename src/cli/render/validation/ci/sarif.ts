// Diagnostics as SARIF 2.1.0 (OASIS), with what GitHub code scanning asks for: one run, every code as a rule with its
// help, and fingerprints that survive lines added above. Quotes nothing of the file but keys.
import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../../../diagnostics/diagnostic.js';
import { HOME_PAGE } from '../../../../diagnostics/help-uri.js';
import { codeFacts, type CodeFacts } from '../code-facts.js';
import type { FileReport } from '../file-report.js';
import { findingNames } from './finding-names.js';
import { artifactLocation } from './sarif/artifact-location.js';
import { sarifText } from './sarif/message.js';
import { ruleDescriptor } from './sarif/rule-descriptor.js';
import { asSentence } from './sentence.js';
import type { SourceRoot } from './source-root.js';

export interface SarifOptions {
  /** The program's own, as SemVer. */
  readonly version: string;
  readonly sources: SourceRoot;
}

/** The log as a value for JSON. */
export function sarifLog(reports: readonly FileReport[], { version, sources }: SarifOptions): object {
  // A file that could not be read is a failure of the run, not a finding about the file.
  const [notification, rules] = split(codeFacts(), ({ code }) => code === UNREADABLE);
  const [unread, read] = split(reports, ({ text }) => text === undefined);
  const ruleIndex = new Map(rules.map(({ code }, index) => [code, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mcpgw',
            version,
            semanticVersion: version,
            informationUri: HOME_PAGE,
            rules: rules.map(ruleDescriptor),
            notifications: notification.map(ruleDescriptor),
          },
        },
        invocations: [
          {
            executionSuccessful: unread.length === 0,
            toolExecutionNotifications: unread.flatMap((report) => unreadNotifications(report, sources)),
          },
        ],
        columnKind: 'utf16CodeUnits',
        newlineSequences: ['\r\n', '\n', '\r'],
        results: read.flatMap((report) => results(report, { ruleIndex, sources })),
      },
    ],
  };
}

const UNREADABLE = 'MCPGW116';

interface Numbering {
  readonly ruleIndex: ReadonlyMap<CodeFacts['code'], number>;
  readonly sources: SourceRoot;
}

function results({ file, diagnostics }: FileReport, { ruleIndex, sources }: Numbering): readonly object[] {
  const location = artifactLocation(file, sources);
  const names = findingNames(diagnostics);
  return diagnostics.map((diagnostic, index) => ({
    ruleId: diagnostic.code,
    ruleIndex: ruleIndex.get(diagnostic.code),
    level: diagnostic.severity,
    message: { text: messageText(diagnostic) },
    locations: [
      { physicalLocation: { artifactLocation: location, region: regionOf(diagnostic) }, ...member(diagnostic) },
    ],
    partialFingerprints: { 'mcpgwFinding/v1': hashOf(`${location.uri}\0${names[index] ?? ''}`) },
  }));
}

function messageText({ message, help }: Diagnostic): string {
  return sarifText(help === undefined ? asSentence(message) : `${asSentence(message)} ${asSentence(help)}`);
}

/** Both count lines and columns from 1, and the end column is the one behind the last character. */
function regionOf({ place }: Diagnostic): object {
  return { startLine: place.line, startColumn: place.column, endLine: place.endLine, endColumn: place.endColumn };
}

function member({ pointer }: { readonly pointer: string }): object {
  return pointer === '' ? {} : { logicalLocations: [{ fullyQualifiedName: pointer, kind: 'property' }] };
}

function unreadNotifications({ file, diagnostics }: FileReport, sources: SourceRoot): readonly object[] {
  return diagnostics.map((diagnostic) => ({
    descriptor: { id: diagnostic.code, index: 0 },
    level: 'error',
    message: { text: messageText(diagnostic) },
    locations: [{ physicalLocation: { artifactLocation: artifactLocation(file, sources) } }],
  }));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function split<T>(values: readonly T[], isFirst: (value: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}
