import { expect, test } from 'vitest';
import { variablesIn } from '../../../../src/cli/init/variables.js';

test('every variable of a document is named once, also one in a pattern, and none of what is not ours', () => {
  const text = `{
    // \${COMMENT}
    "x-note": "\${NOTE}",
    "headers": { "A": "\${ONE} \${env:TWO}", "B": "$\${NOT} \${ONE:-d}", "C": "\${file:f}" },
    "jwt_validation": { "claimValues": { "a": { "matchType": "regex", "values": ["^\${THREE}$", "b"] } } }
  }`;
  expect(variablesIn(text)).toEqual(['ONE', 'TWO', 'THREE']);
});
