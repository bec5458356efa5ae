// undici by its parts: importing the whole package costs three times the start-up of one dispatcher
// (docs/decisions/0003-undici-by-parts.md). The package has no types for its inner files; these are its own, by name.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';
  const constructor: typeof Pool;
  export default constructor;
}

declare module 'undici/lib/dispatcher/agent.js' {
  import type { Agent } from 'undici';
  const constructor: typeof Agent;
  export default constructor;
}

declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici';
  const build: typeof buildConnector;
  export default build;
}
