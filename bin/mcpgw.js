#!/usr/bin/env node
// Checks the Node version in syntax that old Nodes parse, then starts the built program.
var parts = process.versions.node.split('.').map(Number);
if (parts[0] < 20 || (parts[0] === 20 && (parts[1] < 18 || (parts[1] === 18 && parts[2] < 1)))) {
  console.error('error: mcpgw needs Node.js 20.18.1 or newer; this is ' + process.versions.node);
  process.exit(2);
} else {
  // main() never rejects: every failure has become a sentence and an exit code.
  void require('./load-program.js').loadProgram().main();
}
