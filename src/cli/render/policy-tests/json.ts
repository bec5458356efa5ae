// Policy tests as one JSON document, `version` 1. Fields are only ever added.
import type { TestRunResult } from '../../policy-tests/run-files.js';

export function testsJson({ files, coverage }: TestRunResult, withCoverage: boolean): unknown {
  const all = files.flatMap(({ results }) => results);
  const passed = all.filter(({ mismatches }) => mismatches.length === 0).length;
  return {
    version: 1,
    passed,
    failed: all.length - passed,
    files: files.map(({ file, config, results }) => ({
      file,
      config,
      tests: results.map(({ test, server, decision, mismatches }) => ({
        name: test.name,
        line: test.place.line,
        column: test.place.column,
        server: server.name,
        passed: mismatches.length === 0,
        verdict: decision.verdict,
        ...(decision.verdict === 'deny' && { reason: decision.reason }),
        failures: mismatches,
      })),
    })),
    ...(withCoverage && { coverage: coverage.map(({ config, rules }) => ({ config, rules })) }),
  };
}
