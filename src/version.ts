// The package's own version, put in place by the build (scripts/build.mjs) and by the test runner's configuration.
declare const MCPGW_VERSION: string;

export const VERSION: string = MCPGW_VERSION;
