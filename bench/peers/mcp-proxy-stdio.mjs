// mcp-proxy has the way from stdio to Streamable HTTP in its library alone (its README, "startStdioServer").
import { ServerType, startStdioServer } from 'mcp-proxy';

await startStdioServer({ serverType: ServerType.HTTPStream, url: process.argv[2] });
